using PhasedRollout.Contexts.Rules;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts.Rules;

public sealed class DependencyRulesTests
{
    [Fact]
    public void Dependencies_in_order_are_fine() =>
        new DependencyRules().Check(Stack.Rollout(Named("a"), Named("b", "a"), Named("c", "a", "b"))).ShouldBeEmpty();

    [Fact]
    public void A_missing_service_blocks_and_the_nearest_name_is_proposed()
    {
        var finding = new DependencyRules().Check(Stack.Rollout(Named("auth"), Named("web", "auht"))).ShouldHaveSingleItem();

        (finding.Rule, finding.Failure, finding.Blocks, finding.Service).ShouldBe(("VC701", FailureClass.DependencyOrder, true, "web"));
        finding.Line.ShouldBe(40);
        finding.Suggestion.ShouldBe("depends_on: [auth]");
    }

    [Fact]
    public void A_missing_service_that_may_be_absent_is_fine() => new DependencyRules().Check(Stack.Rollout(
        Named("web") with { DependsOn = [new ServiceDependency("gone", DependencyCondition.Started, Required: false)] })).ShouldBeEmpty();

    [Fact]
    public void A_dependency_in_a_later_phase_blocks()
    {
        var rollout = Stack.Rollout(Named("web", "db"), Named("db")) with
        {
            Phases = [new PhaseDefinition(1, "One", ["web"]), new PhaseDefinition(2, "Two", ["db"])],
        };

        new DependencyRules().Check(rollout).ShouldHaveSingleItem().Message.ShouldBe("'web' is in phase 1 and depends on 'db', which is in phase 2");
    }

    [Fact]
    public void A_dependency_in_an_earlier_phase_is_fine() => new DependencyRules().Check(Stack.Rollout(Named("web", "db"), Named("db")) with
    {
        Phases = [new PhaseDefinition(1, "One", ["db"]), new PhaseDefinition(2, "Two", ["web"])],
    }).ShouldBeEmpty();

    [Theory]
    [InlineData("a:a", "a -> a")]
    [InlineData("a:b b:a", "a -> b -> a")]
    [InlineData("x:a a:b b:c c:a", "a -> b -> c -> a")]
    public void A_circle_is_told_once_with_its_whole_way(string graph, string way)
    {
        var services = graph.Split(' ').Select(it => it.Split(':')).Select(it => Named(it[0], it[1])).ToList();

        new DependencyRules().Check(Stack.Rollout(services)).ShouldHaveSingleItem().Message.ShouldEndWith($"depends on itself in a circle: {way}");
    }

    private static Service Named(string name, params string[] dependencies) => Stack.Image(name) with
    {
        DependsOn = [.. dependencies.Select(it => new ServiceDependency(it, DependencyCondition.Started) { Location = Stack.Line(40) })],
    };
}
