using System.Globalization;
using System.Text;

namespace Nuke.Common.Output;

/// <summary>
/// The log of the last run, <c>.nuke/temp/build.log</c>. A second run at the same time writes <c>build.PID.log</c> beside it.
/// Where it cannot be written the run goes on without it.
/// </summary>
internal sealed class LogFile : IDisposable
{
    private readonly SafeWriter? writer;
    private readonly Stream? stream;

    private LogFile(Stream? stream)
    {
        this.stream = stream;
        writer = stream is null
            ? null
            : new SafeWriter(new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });
    }

    public static LogFile None { get; } = new(null);

    public static LogFile Open(BuildSession session)
    {
        if (session.Host is CI.IBuildServer)
            return None;
        try
        {
            Directory.CreateDirectory(session.TemporaryDirectory.ToString());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return None;
        }

        var stream = Create(session.TemporaryDirectory / "build.log")
            ?? Create(session.TemporaryDirectory / string.Create(CultureInfo.InvariantCulture, $"build.{Environment.ProcessId}.log"));
        return new LogFile(stream);
    }

    public void Write(string line) => writer?.WriteLine(line);

    public void Dispose() => stream?.Dispose();

    private static FileStream? Create(string path)
    {
        try
        {
            // Opened before it is emptied: another run that holds it refuses the opening, and keeps its text.
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            file.SetLength(0);
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
