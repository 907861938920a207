using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>Six of the ten services, in all four phases; deployed when a scenario asks for it.</summary>
public abstract class SmallWorld(ScenarioMachine machine, string name) : WorldFixture(machine, name)
{
    protected override Task SetUpAsync() => World.UseSeedAsync(ScenarioCompose.Small);
}
