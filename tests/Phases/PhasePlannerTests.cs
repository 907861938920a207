using CsCheck;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Reports;

namespace PhasedRollout.Tests.Phases;

public class PhasePlannerTests
{
    // Edges go from a service to one of lower rank, so that there is no cycle; the declaration knows nothing of the ranks.
    private static readonly Gen<Rollout> Rollouts =
        from count in Gen.Int[1, 12]
        from rank in Gen.Shuffle(Enumerable.Range(0, count).ToArray())
        from edges in Gen.Bool.Array[count * count]
        from homes in Gen.Int[0, 2].Array[count]
        let services = Enumerable.Range(0, count).Select(i => Image(
            $"s{i}",
            Enumerable.Range(0, count).Where(j => rank[j] < rank[i] && homes[j] <= homes[i] && edges[(i * count) + j]).Select(j => $"s{j}"))).ToList()
        select Stack.Rollout with
        {
            Services = services,
            Phases = [.. Enumerable.Range(0, 3).Select(phase => new PhaseDefinition(
                phase + 1, $"p{phase}", [.. Enumerable.Range(0, count).Where(i => homes[i] == phase).Select(i => $"s{i}")]))],
        };

    [Fact]
    public void The_phases_are_those_of_the_declaration()
    {
        var phases = PhasePlanner.Plan(Stack.Verified);

        phases.Select(phase => (phase.Number, phase.Title)).ShouldBe([(1, "Pre-built image"), (2, "Core services"), (3, "E-commerce")]);
        Names(phases).ShouldBe(["saleor-api", "brain-api", "auth-service", "coreldove-backend"]);
    }

    [Fact]
    public void A_dependency_comes_before_what_needs_it_and_the_rest_keeps_its_order() =>
        Names(PhasePlanner.Plan(Stack.Verify(OnePhase(("web", ["api"]), ("worker", []), ("api", ["cache"]), ("cache", [])))))
            .ShouldBe(["worker", "cache", "api", "web"]);

    [Fact]
    public void A_cycle_that_the_user_accepts_is_cut_at_the_service_declared_first() =>
        Names(PhasePlanner.Plan(Stack.Verify(OnePhase(("a", ["b"]), ("b", ["a"]), ("c", ["c"]))))).ShouldBe(["c", "a", "b"], ignoreOrder: true);

    [Fact]
    public void A_source_is_pinned_to_what_was_verified()
    {
        var services = PhasePlanner.Plan(Stack.Verified).SelectMany(phase => phase.Services).ToDictionary(service => service.Service.Name);

        services["saleor-api"].Source.ShouldBe(new PinnedImage("ghcr.io/saleor/saleor:3.20"));
        services["brain-api"].Source.ShouldBe(new PinnedBuild(
            (GitHubContext)Stack.Rollout["brain-api"].Build!.Reference, "main", Stack.Commit, Stack.Tree, "ai/brain/Dockerfile"));
    }

    [Fact]
    public void A_context_that_nobody_could_look_up_stays_unverified() =>
        PhasePlanner.Plan(SampleRuns.UnknownContext.Verified!)[2].Services[0].Source.ShouldBeOfType<UnverifiedBuild>();

    [Fact]
    public void Every_service_is_in_exactly_one_phase_after_everything_it_depends_on() => Rollouts.Sample(rollout =>
    {
        var order = Names(PhasePlanner.Plan(Stack.Verify(rollout)));

        return order.Order().SequenceEqual(rollout.Services.Select(service => service.Name).Order())
            && rollout.Services.All(service => service.DependsOn.All(dependency =>
                order.IndexOf(dependency.Service) < order.IndexOf(service.Name)));
    });

    private static List<string> Names(IReadOnlyList<Phase> phases) =>
        [.. phases.SelectMany(phase => phase.Services).Select(service => service.Service.Name)];

    private static Rollout OnePhase(params (string Name, string[] DependsOn)[] services) => Stack.Rollout with
    {
        Services = [.. services.Select(service => Image(service.Name, service.DependsOn))],
        Phases = [new PhaseDefinition(1, "all", [.. services.Select(service => service.Name)])],
    };

    private static Service Image(string name, IEnumerable<string> dependsOn) => new()
    {
        Name = name,
        Location = Stack.Rollout.Services[0].Location,
        Image = "i",
        DependsOn = [.. dependsOn.Select(dependency => new ServiceDependency(dependency, DependencyCondition.Started))],
    };
}
