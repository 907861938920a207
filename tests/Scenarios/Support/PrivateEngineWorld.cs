namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>A world of three quick services on an engine of their own.</summary>
/// <param name="machine">What it stands on.</param>
/// <param name="name">Its part of project and container names.</param>
/// <param name="disk">The room on the engine's disk in MiB; null for no limit.</param>
public abstract class PrivateEngineWorld(ScenarioMachine machine, string name, int? disk = null) : WorldFixture(machine, name)
{
    internal PrivateEngine Engine { get; private set; } = null!;

    internal Task CommitAsync(string steps) => World.Repository.CommitAsync("The plain stack",
    [
        ("plain/Dockerfile", $"FROM {World.Machine.BaseImage}\n{steps}CMD [\"httpd\", \"-f\", \"-p\", \"80\"]\n"),
    ]);

    protected override async Task SetUpAsync()
    {
        await CommitAsync("");
        Engine = new PrivateEngine(World.Machine.Busybox);
        try
        {
            if (disk is { } room)
                await Engine.LimitDiskAsync(room);
            await Engine.StartAsync();
            await World.Machine.PrepareAsync(Engine.DockerHost, World.Network);
        }
        catch
        {
            // Nobody disposes of a fixture that never was.
            await Engine.DisposeAsync();
            throw;
        }
    }

    protected override async Task TearDownAsync() => await Engine.DisposeAsync();
}
