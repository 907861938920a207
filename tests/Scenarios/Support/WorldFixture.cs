namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>A world that the scenarios of a class share.</summary>
/// <param name="machine">What it stands on.</param>
/// <param name="name">Its part of project and container names.</param>
public abstract class WorldFixture(ScenarioMachine machine, string name) : IAsyncLifetime
{
    internal RolloutWorld World { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        World = await machine.NewWorldAsync(name);
        await SetUpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await TearDownAsync();
        await World.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Fills the world.</summary>
    protected abstract Task SetUpAsync();

    /// <summary>Ends what the world does not know of, while it is still there.</summary>
    protected virtual Task TearDownAsync() => Task.CompletedTask;
}
