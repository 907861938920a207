namespace Nuke.Common.Execution;

/// <summary>Marks targets of a plan as skipped, and with them what only they needed.</summary>
internal static class Skipping
{
    public const string ByParameter = "via --skip";

    /// <summary>Skips the targets that <c>--skip</c> names; one that is also asked for keeps running, without its dependencies.</summary>
    public static void Skip(IReadOnlyList<ExecutableTarget> plan, IEnumerable<ExecutableTarget> targets, IReadOnlyCollection<ExecutableTarget> requested)
    {
        foreach (var target in targets)
        {
            if (target.Status != ExecutionStatus.Scheduled)
                continue;
            if (!requested.Contains(target))
                Mark(target, ByParameter);
            Prune(plan, target, requested);
        }
    }

    /// <summary>Evaluates the static conditions of everything that is still scheduled, in plan order.</summary>
    public static void ApplyStaticConditions(IReadOnlyList<ExecutableTarget> plan, IReadOnlyCollection<ExecutableTarget> requested)
    {
        // The conditions are all read before anything is marked: pruning must not decide which conditions are seen.
        var violated = plan
            .Where(target => target.Status == ExecutionStatus.Scheduled && target.StaticConditions.Count > 0)
            .Select(target => (Target: target, Text: Violated(target, target.StaticConditions)))
            .Where(pair => pair.Text is not null)
            .ToList();
        foreach (var (target, text) in violated)
        {
            target.OnlyWhen = text;
            Mark(target, $"OnlyWhen: {text}");
        }

        foreach (var (target, _) in violated)
            Prune(plan, target, requested);
    }

    /// <summary>Evaluates the dynamic conditions of a target whose turn has come. True when it was skipped.</summary>
    public static bool ApplyDynamicConditions(
        IReadOnlyList<ExecutableTarget> plan, ExecutableTarget target, IReadOnlyCollection<ExecutableTarget> requested)
    {
        if (Violated(target, target.DynamicConditions) is not { } text)
            return false;
        target.OnlyWhen = text;
        Mark(target, $"OnlyWhen: {text}");
        Prune(plan, target, requested);
        return true;
    }

    private static string? Violated(ExecutableTarget target, List<Condition> conditions)
    {
        var violated = conditions.Where(condition => Fails(target, condition)).Select(condition => condition.Text).ToList();
        return violated.Count > 0 ? string.Join(" && ", violated) : null;
    }

    private static bool Fails(ExecutableTarget target, Condition condition)
    {
        try
        {
            return !condition.Holds();
        }
        catch (Exception exception)
        {
            throw new ConditionException(target, condition.Text, exception);
        }
    }

    private static void Mark(ExecutableTarget target, string reason)
    {
        target.Status = ExecutionStatus.Skipped;
        target.Skipped = reason;
    }

    private static void Prune(IReadOnlyList<ExecutableTarget> plan, ExecutableTarget skipped, IReadOnlyCollection<ExecutableTarget> requested)
    {
        if (skipped.DependencyBehavior == DependencyBehavior.Execute)
            return;
        foreach (var other in skipped.ExecutionDependencies.Concat(skipped.Triggers))
        {
            if (other.Status != ExecutionStatus.Scheduled || requested.Contains(other) || IsNeeded(plan, other, skipped))
                continue;
            Mark(other, $"because of {skipped.Name}");
            Prune(plan, other, requested);
        }
    }

    /// <summary>A trigger that has gone off stays so, even when the target that pulled it has long ended.</summary>
    private static bool IsNeeded(IReadOnlyList<ExecutableTarget> plan, ExecutableTarget target, ExecutableTarget skipped) =>
        plan.Any(other => other != skipped
            && ((other.Status == ExecutionStatus.Scheduled && other.ExecutionDependencies.Contains(target))
                || (other.Status is not (ExecutionStatus.Skipped or ExecutionStatus.NotRun) && other.Triggers.Contains(target))));
}

/// <summary>A condition threw.</summary>
internal sealed class ConditionException(ExecutableTarget target, string text, Exception inner)
    : Exception($"The condition '{text}' of target '{target.Name}' could not be evaluated: {inner.Message}", inner);
