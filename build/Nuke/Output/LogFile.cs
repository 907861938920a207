using System.Globalization;
using System.Text;

namespace Nuke.Common.Output;

/// <summary>
/// The log of the last run, <c>.nuke/temp/build.log</c>. Runs at the same time write <c>build.2.log</c>, <c>build.3.log</c> … beside it.
/// Where it cannot be written the run goes on without it.
/// </summary>
internal sealed class LogFile(BuildSession session) : IDisposable
{
    private const int MostRuns = 9;

    private SafeWriter? writer;
    private FileStream? stream;
    private bool isTried;

    public void Write(string line)
    {
        if (!isTried)
            Open();
        writer?.WriteLine(line);
    }

    public void Dispose() => stream?.Dispose();

    private void Open()
    {
        isTried = true;
        if (session.Host is CI.IBuildServer)
            return;
        stream = Enumerable.Range(1, MostRuns)
            .Select(number => Create(number == 1 ? "build.log" : string.Create(CultureInfo.InvariantCulture, $"build.{number}.log")))
            .FirstOrDefault(file => file is not null);
        if (stream is not null)
            writer = new SafeWriter(new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });
    }

    private FileStream? Create(string name)
    {
        try
        {
            Directory.CreateDirectory(session.TemporaryDirectory.ToString());

            // Opened before it is emptied: another run that holds it refuses the opening, and keeps its text. On Unix only None excludes.
            var file = new FileStream(session.TemporaryDirectory / name, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            file.SetLength(0);
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
