using System.Runtime.InteropServices;
using Nuke.Common;
using Serilog;

internal sealed class SampleBuild : NukeBuild, IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<PosixSignalRegistration> registrations = [];

    public SampleBuild()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
            registrations.Add(PosixSignalRegistration.Create(signal, _ => stop.Cancel()));
    }

    public static int Main() => Execute<SampleBuild>(x => x.Quick);

    public Target Quick => _ => _.Executes(() => Log.Information("quick"));

    public Target Waiting => _ => _
        .Triggers(Report)
        .Executes(async () =>
        {
            Log.Information("waiting");
            await Task.Delay(Timeout.Infinite, stop.Token);
        });

    public Target Ignoring => _ => _
        .Triggers(Report)
        .Executes(() =>
        {
            Log.Information("waiting");
            stop.Token.WaitHandle.WaitOne();
        });

    public Target Deaf => _ => _
        .Executes(() =>
        {
            Log.Information("waiting");
            Thread.Sleep(Timeout.Infinite);
        });

    public Target After => _ => _
        .After(Waiting, Ignoring)
        .Executes(() => Log.Information("must not run"));

    public Target Chatty => _ => _
        .Triggers(Report)
        .Executes(() =>
        {
            for (var i = 0; i < 20_000; i++)
                Log.Information("line {Number}", i);
        });

    public Target Report => _ => _
        .AssuredAfterFailure()
        .Executes(() => File.WriteAllText(RootDirectory / "report", "written"));

    public void Dispose()
    {
        stop.Dispose();
        registrations.ForEach(registration => registration.Dispose());
    }
}
