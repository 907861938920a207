using System.Text;

namespace Nuke.Common.Output;

/// <summary>The console as it is when something is written: whoever replaces <see cref="Console.Out"/> later gets what is written here.</summary>
internal sealed class ConsoleWriter : TextWriter
{
    public override Encoding Encoding => Console.Out.Encoding;

    public override void Write(char value) => Console.Out.Write(value);

    public override void Write(string? value) => Console.Out.Write(value);

    public override void Write(char[] buffer, int index, int count) => Console.Out.Write(buffer, index, count);

    public override void Write(ReadOnlySpan<char> buffer) => Console.Out.Write(buffer);
}
