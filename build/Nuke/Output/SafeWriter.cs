using System.Text;

namespace Nuke.Common.Output;

/// <summary>Writes UTF-8 and goes on when nobody reads any more: a closed pipe must not end a deployment.</summary>
internal sealed class SafeWriter(TextWriter inner, SafeWriter? behind = null) : TextWriter
{
    private readonly Lock gate = new();

    /// <summary>What may not be shown, once it is known; also what a build writes to the console by itself goes through here.</summary>
    public SecretMask? Secrets
    {
        get;
        set
        {
            field = value;
            if (behind is not null)
                behind.Secrets = value;
        }
    }

    public override Encoding Encoding => inner.Encoding;

    public static SafeWriter Over(Func<Stream> open)
    {
        try
        {
            return new SafeWriter(new StreamWriter(open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });
        }
        catch (IOException)
        {
            return new SafeWriter(Null);
        }
    }

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write((Secrets is null || value is null ? value : Secrets.Apply(value)).AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (gate)
        {
            try
            {
                inner.Write(buffer);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // Whoever read this has gone; the targets that are assured still have to run.
            }
        }
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void WriteLine() => Write("\n");
}
