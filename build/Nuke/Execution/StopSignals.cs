using System.Runtime.InteropServices;

namespace Nuke.Common.Execution;

/// <summary>Turns the first signal into a request to stop, and the second one into an end.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly ManualResetEventSlim arrived = new();
    private int exitCode;

    /// <summary>The exit code of the signal that came, or null.</summary>
    public int? ExitCode => Volatile.Read(ref exitCode) is var code and not 0 ? code : null;

    /// <summary>
    /// The same, for a body that was cancelled: all handlers of one signal run one after another, so the body may hear of it
    /// before this class does. The wait ends with the signal, or shows that none came.
    /// </summary>
    public int? ExitCodeOfCancellation
    {
        get
        {
            if (registrations.Count > 0)
                arrived.Wait(TimeSpan.FromSeconds(1));
            return ExitCode;
        }
    }

    /// <summary>What an arriving signal tells.</summary>
    public Action<string>? Announce { get; set; }

    public void Listen()
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => On(context, "SIGINT", ExitCodes.Interrupted)));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => On(context, "SIGTERM", ExitCodes.Terminated)));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => On(context, "SIGHUP", ExitCodes.Terminated)));
    }

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        arrived.Dispose();
    }

    /// <summary>A signal came. Separate from the registration so that a test can send one.</summary>
    internal bool Receive(string name, int code)
    {
        if (Interlocked.CompareExchange(ref exitCode, code, 0) != 0)
            return false;
        arrived.Set();
        Announce?.Invoke($"{name} received: stopping. The running target is given the time to end; a second signal ends everything at once.");
        return true;
    }

    private void On(PosixSignalContext context, string name, int code)
    {
        context.Cancel = true;
        if (!Receive(name, code))
            Environment.Exit(code);
    }
}
