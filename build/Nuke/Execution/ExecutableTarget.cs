using System.Linq.Expressions;
using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>A target of a build, with what its definition said and how far it is.</summary>
public sealed class ExecutableTarget
{
    internal ExecutableTarget(MemberInfo member, Target factory, bool isDefault)
    {
        Member = member;
        Factory = factory;
        IsDefault = isDefault;
        Name = member.Name;
    }

    /// <summary>The name, as the property is called.</summary>
    public string Name { get; }

    /// <summary>The property.</summary>
    public MemberInfo Member { get; }

    /// <summary>The lambda that defines it; its identity.</summary>
    public Target Factory { get; }

    /// <summary>A sentence for <c>--help</c> and <c>--plan</c>, or null.</summary>
    public string? Description { get; internal set; }

    /// <summary>Whether lists show it.</summary>
    public bool Listed { get; internal set; } = true;

    /// <summary>Whether it runs when no target is named.</summary>
    public bool IsDefault { get; }

    /// <summary>Whether the command line names it.</summary>
    public bool Invoked { get; internal set; }

    /// <summary>How far it is.</summary>
    public ExecutionStatus Status { get; internal set; }

    /// <summary>How long it ran.</summary>
    public TimeSpan Duration { get; internal set; }

    /// <summary>What becomes of its dependencies and triggers when it is skipped.</summary>
    public DependencyBehavior DependencyBehavior { get; internal set; } = DependencyBehavior.Skip;

    /// <summary>Whether it runs even after a failure or a cancellation.</summary>
    public bool AssuredAfterFailure { get; internal set; }

    /// <summary>Whether the others still run when it fails.</summary>
    public bool ProceedAfterFailure { get; internal set; }

    /// <summary>What runs whenever this one runs, and before it.</summary>
    public ICollection<ExecutableTarget> ExecutionDependencies { get; } = new List<ExecutableTarget>();

    /// <summary>What runs before this one if both run.</summary>
    public ICollection<ExecutableTarget> OrderDependencies { get; } = new List<ExecutableTarget>();

    /// <summary>What pulls this one in after itself.</summary>
    public ICollection<ExecutableTarget> TriggerDependencies { get; } = new List<ExecutableTarget>();

    /// <summary>What this one pulls in after itself.</summary>
    public ICollection<ExecutableTarget> Triggers { get; } = new List<ExecutableTarget>();

    /// <summary>Everything that runs before this one, if it runs.</summary>
    public IReadOnlyCollection<ExecutableTarget> AllDependencies =>
        [.. ExecutionDependencies.Concat(OrderDependencies).Concat(TriggerDependencies).Distinct()];

    /// <summary>The bodies.</summary>
    public ICollection<Action> Actions { get; } = new List<Action>();

    /// <summary>Pairs for the summary table.</summary>
    public Dictionary<string, string> SummaryInformation { get; internal set; } = [];

    /// <summary>Why it is skipped, or null.</summary>
    public string? Skipped { get; internal set; }

    /// <summary>The conditions that kept it from running, joined, or null.</summary>
    public string? OnlyWhen { get; internal set; }

    internal List<Condition> StaticConditions { get; } = [];

    internal List<Condition> DynamicConditions { get; } = [];

    internal List<LambdaExpression> Requirements { get; } = [];

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>A condition and the text that shows it.</summary>
internal sealed record Condition(Func<bool> Holds, string Text);

/// <summary>Questions to collections of targets.</summary>
public static class ExecutableTargetExtensions
{
    /// <summary>Whether the target is among them.</summary>
    public static bool Contains(this IEnumerable<ExecutableTarget> targets, Target target)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return targets.Any(candidate => candidate.Factory == target);
    }
}
