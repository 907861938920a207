using System.Text.Encodings.Web;
using System.Text.Json;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Journal;

/// <summary>What a run does to the target, one line of JSON each, on the disk before it is done. It is evidence for the report of a run that was
/// killed; nothing is ever decided by it. A journal that cannot be written is said once and does not stop the run.</summary>
/// <param name="path">The file; it is made with the first line.</param>
/// <param name="run">The run.</param>
/// <param name="redactor">Takes the secrets out of every line.</param>
/// <param name="clock">The clock.</param>
/// <param name="log">Where it is said when the journal cannot be written.</param>
public sealed class RunJournal(string path, LockHolder run, Redactor redactor, TimeProvider clock, IRunLog log) : IDisposable
{
    private static readonly JournalJson Readable = new(new JsonSerializerOptions(JournalJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private readonly Lock gate = new();
    private FileStream? file;
    private int count;
    private bool broken;

    /// <summary>The run begins to write to a project's target.</summary>
    public void Begin(string project) => Write(new JournalLine(JournalEvent.Begin, clock.GetUtcNow())
    {
        Run = run.RunId,
        Project = project,
        User = run.User,
        Host = run.Host,
        Process = run.Process?.ToString(),
    });

    /// <summary>Something that belongs to the story and is no operation.</summary>
    public void Note(string text) => Write(new JournalLine(JournalEvent.Note, clock.GetUtcNow()) { What = text });

    /// <summary>An operation is about to be done, for a cause.</summary>
    /// <returns>Its number, for <see cref="Done"/> and <see cref="Refused"/>.</returns>
    public int Doing(string operation, string subject, string? cause = null)
    {
        var number = Interlocked.Increment(ref count);
        Write(new JournalLine(JournalEvent.Doing, clock.GetUtcNow()) { Number = number, Operation = operation, What = subject, Cause = cause });
        return number;
    }

    /// <summary>An operation was done.</summary>
    public void Done(int number) => Write(new JournalLine(JournalEvent.Done, clock.GetUtcNow()) { Number = number });

    /// <summary>An operation was refused.</summary>
    public void Refused(int number, string error) => Write(new JournalLine(JournalEvent.Refused, clock.GetUtcNow()) { Number = number, What = error });

    /// <summary>The run ends in order.</summary>
    public void End()
    {
        if (file is not null)
            Write(new JournalLine(JournalEvent.End, clock.GetUtcNow()));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        try
        {
            file?.Dispose();
        }
        catch (IOException)
        {
            // Said when it was written to.
        }
    }

    private void Write(JournalLine line)
    {
        line = line with
        {
            What = line.What is null ? null : redactor.Redact(line.What),
            Cause = line.Cause is null ? null : redactor.Redact(line.Cause),
        };
        lock (gate)
        {
            if (broken)
                return;

            try
            {
                file ??= Open();
                file.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, Readable.JournalLine), (byte)'\n']);
                file.Flush(flushToDisk: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                broken = true;
                log.Warning($"the journal {path} cannot be written, and the run goes on without it: {error.Message}");
            }
        }
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }
}
