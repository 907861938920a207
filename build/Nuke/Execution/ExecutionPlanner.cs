namespace Nuke.Common.Execution;

/// <summary>
/// Decides what runs and in which order. Pure.
/// A target runs after everything that it depends on, is ordered after, or is triggered by, also through targets that do not run themselves.
/// Among targets that nothing orders, the one declared first runs first; neither the order on the command line nor the one inside
/// <c>DependsOn</c> matters.
/// </summary>
internal static class ExecutionPlanner
{
    /// <param name="all">Every target of the build, in declaration order.</param>
    /// <param name="requested">The targets asked for.</param>
    public static IReadOnlyList<ExecutableTarget> Plan(
        IReadOnlyList<ExecutableTarget> all, IReadOnlyCollection<ExecutableTarget> requested)
    {
        var wanted = Wanted(requested);
        var earlier = wanted.ToDictionary(target => target, target => Earlier(target).Where(wanted.Contains).ToHashSet());
        var waiting = all.Where(wanted.Contains).ToList();
        var plan = new List<ExecutableTarget>(waiting.Count);
        while (waiting.Count > 0)
        {
            var next = waiting.First(target => earlier[target].IsSubsetOf(plan));
            waiting.Remove(next);
            plan.Add(next);
        }

        return plan;
    }

    /// <summary>The circles in the build, each as the targets on it in run order; the first one is declared first.</summary>
    public static IReadOnlyList<IReadOnlyList<ExecutableTarget>> Cycles(IReadOnlyList<ExecutableTarget> all)
    {
        var cycles = new List<IReadOnlyList<ExecutableTarget>>();
        var reported = new HashSet<ExecutableTarget>();
        foreach (var target in all.Where(target => Earlier(target).Contains(target)))
        {
            if (reported.Contains(target))
                continue;
            var cycle = ShortestWayBack(target);
            cycles.Add(cycle);
            reported.UnionWith(Earlier(target).Where(other => Earlier(other).Contains(target)));
        }

        return cycles;
    }

    /// <summary>What was asked for, with dependencies and triggers, to the fixed point.</summary>
    private static HashSet<ExecutableTarget> Wanted(IReadOnlyCollection<ExecutableTarget> requested)
    {
        var wanted = new HashSet<ExecutableTarget>();
        var open = new Stack<ExecutableTarget>(requested);
        while (open.TryPop(out var target))
        {
            if (!wanted.Add(target))
                continue;
            foreach (var other in target.ExecutionDependencies.Concat(target.Triggers))
                open.Push(other);
        }

        return wanted;
    }

    /// <summary>Everything that has to run before it, at any distance.</summary>
    private static HashSet<ExecutableTarget> Earlier(ExecutableTarget target)
    {
        var found = new HashSet<ExecutableTarget>();
        var open = new Stack<ExecutableTarget>(target.AllDependencies);
        while (open.TryPop(out var other))
        {
            if (!found.Add(other))
                continue;
            foreach (var further in other.AllDependencies)
                open.Push(further);
        }

        return found;
    }

    private static List<ExecutableTarget> ShortestWayBack(ExecutableTarget start)
    {
        var cameFrom = new Dictionary<ExecutableTarget, ExecutableTarget>();
        var open = new Queue<ExecutableTarget>([start]);
        while (open.TryDequeue(out var target))
        {
            foreach (var earlier in target.AllDependencies)
            {
                if (earlier == start)
                    return Path(target);
                if (cameFrom.TryAdd(earlier, target))
                    open.Enqueue(earlier);
            }
        }

        return [start];

        List<ExecutableTarget> Path(ExecutableTarget target)
        {
            var path = new List<ExecutableTarget> { start };
            for (; target != start; target = cameFrom[target])
                path.Insert(1, target);
            path.Reverse(1, path.Count - 1);
            return path;
        }
    }
}
