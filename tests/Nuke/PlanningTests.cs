using CsCheck;
using Nuke.Common;
using Nuke.Common.Execution;

namespace PhasedRollout.Tests.Nuke;

public sealed class PlanningTests
{
    private const int Size = 9;

    /// <summary>Edges from a later to an earlier number, so that no circle arises; and which targets are asked for.</summary>
    private static readonly Gen<(List<(int, int, int)> Edges, List<int> Asked, List<int> Order)> Graphs = Gen.Select(
        Gen.Select(Gen.Int[0, Size - 1], Gen.Int[0, Size - 1], Gen.Int[0, 2]).List[0, 14],
        Gen.Int[0, Size - 1].List[1, 3],
        Gen.Shuffle(Enumerable.Range(0, Size).ToList()));

    [Fact]
    public void A_plan_holds_what_was_asked_for_with_everything_it_needs_and_triggers_and_nothing_else() => Graphs.Sample(graph =>
    {
        var (all, asked) = Build(graph);
        var expected = new HashSet<ExecutableTarget>(asked);
        while (expected.ToList().SelectMany(target => target.ExecutionDependencies.Concat(target.Triggers)).Any(expected.Add))
        {
        }

        ExecutionPlanner.Plan(all, asked).ToHashSet().SetEquals(expected).ShouldBeTrue();
    });

    [Fact]
    public void Every_target_comes_after_all_that_has_to_come_before_it_also_through_targets_that_do_not_run() => Graphs.Sample(graph =>
    {
        var (all, asked) = Build(graph);
        var plan = ExecutionPlanner.Plan(all, asked).ToList();
        foreach (var target in plan)
            Before(target).Where(plan.Contains).ShouldAllBe(earlier => plan.IndexOf(earlier) < plan.IndexOf(target));
    });

    [Fact]
    public void The_order_of_asking_does_not_matter() => Graphs.Sample(graph =>
    {
        var (all, asked) = Build(graph);
        ExecutionPlanner.Plan(all, asked).ShouldBe(ExecutionPlanner.Plan(all, [.. asked.AsEnumerable().Reverse()]));
    });

    [Fact]
    public void Where_nothing_orders_two_targets_the_one_declared_first_runs_first() => Graphs.Sample(graph =>
    {
        // Declared in an order that every edge agrees with: then that order is the plan.
        var (all, asked) = Build(graph with { Order = [.. Enumerable.Range(0, Size)] });
        ExecutionPlanner.Plan(all, asked).ShouldBe(ExecutionPlanner.Plan(all, asked).OrderBy(target => all.ToList().IndexOf(target)));
    });

    [Fact]
    public void A_graph_without_a_circle_has_none_and_one_edge_back_makes_one() => Graphs.Sample(graph =>
    {
        var (all, _) = Build(graph);
        ExecutionPlanner.Cycles(all).ShouldBeEmpty();

        if (all.FirstOrDefault(target => Before(target).Count > 0) is not { } late)
            return;
        var early = Before(late).First();
        early.OrderDependencies.Add(late);
        var cycle = ExecutionPlanner.Cycles(all).ShouldHaveSingleItem();
        for (var i = 0; i < cycle.Count; i++)
            cycle[(i + 1) % cycle.Count].AllDependencies.ShouldContain(cycle[i]);
    });

    [Fact]
    public void A_target_that_needs_itself_is_a_circle()
    {
        var (all, _) = Build(([], [0], [.. Enumerable.Range(0, Size)]));
        all[3].ExecutionDependencies.Add(all[3]);
        ExecutionPlanner.Cycles(all).ShouldHaveSingleItem().ShouldBe([all[3]]);
    }

    [Fact]
    public void Skipping_never_takes_away_what_a_target_that_runs_needs_nor_what_was_asked_for() =>
        Gen.Select(Graphs, Gen.Int[0, Size - 1]).Sample((graph, skip) =>
        {
            var (all, asked) = Build(graph);
            var plan = ExecutionPlanner.Plan(all, asked);
            foreach (var target in plan)
                target.Status = ExecutionStatus.Scheduled;
            Skipping.Skip(plan, [all[skip]], asked);

            asked.ShouldAllBe(target => target.Status == ExecutionStatus.Scheduled);
            foreach (var target in plan.Where(target => target.Status == ExecutionStatus.Scheduled && target != all[skip]))
                target.ExecutionDependencies.Where(other => other != all[skip]).ShouldAllBe(other => other.Status == ExecutionStatus.Scheduled);
        });

    private static (IReadOnlyList<ExecutableTarget> All, IReadOnlyList<ExecutableTarget> Asked) Build(
        (List<(int First, int Second, int Kind)> Edges, List<int> Asked, List<int> Order) graph)
    {
        var member = typeof(PlanningTests).GetProperty(nameof(Member), System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!;
        var targets = Enumerable.Range(0, Size).Select(_ => new ExecutableTarget(member, definition => definition, isDefault: false)).ToArray();
        foreach (var (first, second, kind) in graph.Edges.Where(edge => edge.First != edge.Second))
        {
            var (early, late) = (targets[Math.Min(first, second)], targets[Math.Max(first, second)]);
            if (kind == 0)
            {
                late.ExecutionDependencies.Add(early);
            }
            else if (kind == 1)
            {
                late.OrderDependencies.Add(early);
            }
            else
            {
                early.Triggers.Add(late);
                late.TriggerDependencies.Add(early);
            }
        }

        return ([.. graph.Order.Select(index => targets[index])], [.. graph.Asked.Distinct().Select(index => targets[index])]);
    }

    private static HashSet<ExecutableTarget> Before(ExecutableTarget target)
    {
        var found = target.AllDependencies.ToHashSet();
        while (found.ToList().SelectMany(other => other.AllDependencies).Any(found.Add))
        {
        }

        return found;
    }

    private static Target Member => definition => definition;
}
