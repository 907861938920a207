using System.Diagnostics;
using System.Text.Json;

namespace PhasedRollout.Demo.Machines;

/// <summary>A program to start on its own.</summary>
/// <param name="Name">What we call it; one process of a name runs at a time.</param>
/// <param name="Program">Full path.</param>
/// <param name="Arguments">Its arguments; never a secret.</param>
internal sealed record DetachedProgram(string Name, string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Variables it needs beside ours.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Which of our variables it must not get.</summary>
    public Func<string, bool> WithoutVariable { get; init; } = _ => false;

    /// <summary>Run it as <c>nobody</c>.</summary>
    public bool Unprivileged { get; init; }
}

/// <summary>Starts programs in sessions of their own, so that they outlive us and no Ctrl+C reaches them, and remembers them in a file.</summary>
internal sealed class DetachedProcesses(string directory, TimeProvider clock)
{
    /// <summary>The user and group id of Debian's <c>nobody</c>.</summary>
    public const string Nobody = "65534";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private string RecordFile => Path.Combine(directory, "processes.json");

    /// <summary>The file that takes what a program says.</summary>
    public string LogFile(string name) => Path.Combine(directory, $"{name}.log");

    /// <summary>The last lines a program said.</summary>
    public string LastWords(string name) =>
        File.Exists(LogFile(name)) ? string.Join(Environment.NewLine, File.ReadLines(LogFile(name)).TakeLast(15)) : "(it said nothing)";

    /// <summary>The running process of that name, or null.</summary>
    public ProcessRecord? Find(string name) => Read().FirstOrDefault(record => record.Name == name && record.IsRunning);

    /// <summary>Starts a program, detached.</summary>
    public ProcessRecord Start(DetachedProgram program)
    {
        Directory.CreateDirectory(directory);
        string[] asNobody = program.Unprivileged && Environment.IsPrivilegedProcess
            ? ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--"]
            : [];
        // The script is constant, and each exec keeps the process id. It is here because .NET gives a child no file as its output.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        foreach (var argument in (string[])
                 ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", LogFile(program.Name), "setsid", .. asNobody, program.Program, .. program.Arguments])
            start.ArgumentList.Add(argument);
        foreach (var variable in start.Environment.Keys.Where(program.WithoutVariable).ToList())
            start.Environment.Remove(variable);
        foreach (var (name, value) in program.Environment)
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        var record = ProcessRecord.Of(program.Name, process.Id)
                     ?? throw new DemoException($"{program.Program} ended at once.{Environment.NewLine}{LastWords(program.Name)}");
        Write([.. Read().Where(known => known.IsRunning && known.Name != program.Name), record]);
        return record;
    }

    /// <summary>Waits until a program is ready.</summary>
    /// <exception cref="DemoException">It ended, or was not ready in time; with its last words.</exception>
    public async Task WaitUntilAsync(ProcessRecord record, Func<CancellationToken, Task<bool>> isReady, TimeSpan deadline, CancellationToken ct)
    {
        var start = clock.GetTimestamp();
        while (!await isReady(ct))
        {
            if (!record.IsRunning)
                throw new DemoException($"{record.Name} ended. Its last lines, from {LogFile(record.Name)}:{Environment.NewLine}{LastWords(record.Name)}");
            if (clock.GetElapsedTime(start) > deadline)
                throw new DemoException($"{record.Name} did not answer within {deadline.TotalSeconds:0} seconds. Its last lines, from {LogFile(record.Name)}:{Environment.NewLine}{LastWords(record.Name)}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, ct);
        }
    }

    /// <summary>Asks the process of that name to end, and ends it when it does not.</summary>
    /// <returns>False when none ran.</returns>
    public async Task<bool> StopAsync(string name, CancellationToken ct, int signal = Signals.Terminate)
    {
        if (Find(name) is not { } record)
            return false;
        Signals.Send(record.Pid, signal);
        var start = clock.GetTimestamp();
        while (record.IsRunning)
        {
            if (clock.GetElapsedTime(start) > Patience)
                Signals.Send(record.Pid, Signals.Kill);
            await Task.Delay(TimeSpan.FromMilliseconds(50), clock, ct);
        }

        Write([.. Read().Where(known => known.IsRunning)]);
        return true;
    }

    private List<ProcessRecord> Read() =>
        File.Exists(RecordFile) ? JsonSerializer.Deserialize(File.ReadAllText(RecordFile), MachineJson.Default.ListProcessRecord)! : [];

    private void Write(List<ProcessRecord> records)
    {
        File.WriteAllText(RecordFile + ".new", JsonSerializer.Serialize(records, MachineJson.Default.ListProcessRecord));
        File.Move(RecordFile + ".new", RecordFile, overwrite: true);
    }
}
