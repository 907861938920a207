using System.Linq.Expressions;
using System.Runtime.CompilerServices;

namespace Nuke.Common;

/// <summary>What a <see cref="Target"/> says about itself. Every method returns the same definition.</summary>
public interface ITargetDefinition
{
    /// <summary>The name of the target, as its property is called.</summary>
    string Name { get; }

    /// <summary>A sentence for <c>--help</c> and <c>--plan</c>.</summary>
    ITargetDefinition Description(string description);

    /// <summary>Appends bodies. They run in order; the first exception stops the rest.</summary>
    ITargetDefinition Executes(params Action[] actions);

    /// <summary>Appends a body whose result is not needed. A task is awaited.</summary>
    ITargetDefinition Executes<T>(Func<T> action);

    /// <summary>Appends a body that is awaited.</summary>
    ITargetDefinition Executes(Func<Task> action);

    /// <summary>These run, and run before this one.</summary>
    ITargetDefinition DependsOn(params Target[] targets);

    /// <summary>These of a component run, and run before this one.</summary>
    ITargetDefinition DependsOn<T>(params Func<T, Target>[] targets);

    /// <summary>The same, when the build has the component.</summary>
    ITargetDefinition TryDependsOn<T>(params Func<T, Target>[] targets);

    /// <summary>This one runs, and runs before these.</summary>
    ITargetDefinition DependentFor(params Target[] targets);

    /// <summary>This one runs, and runs before these of a component.</summary>
    ITargetDefinition DependentFor<T>(params Func<T, Target>[] targets);

    /// <summary>The same, when the build has the component.</summary>
    ITargetDefinition TryDependentFor<T>(params Func<T, Target>[] targets);

    /// <summary>If both run, this one runs first.</summary>
    ITargetDefinition Before(params Target[] targets);

    /// <summary>If both run, this one runs first.</summary>
    ITargetDefinition Before<T>(params Func<T, Target>[] targets);

    /// <summary>The same, when the build has the component.</summary>
    ITargetDefinition TryBefore<T>(params Func<T, Target>[] targets);

    /// <summary>If both run, this one runs second.</summary>
    ITargetDefinition After(params Target[] targets);

    /// <summary>If both run, this one runs second.</summary>
    ITargetDefinition After<T>(params Func<T, Target>[] targets);

    /// <summary>The same, when the build has the component.</summary>
    ITargetDefinition TryAfter<T>(params Func<T, Target>[] targets);

    /// <summary>When this one is planned, these are planned after it.</summary>
    ITargetDefinition Triggers(params Target[] targets);

    /// <summary>When this one is planned, these of a component are planned after it.</summary>
    ITargetDefinition Triggers<T>(params Func<T, Target>[] targets);

    /// <summary>The same, when the build has the component.</summary>
    ITargetDefinition TryTriggers<T>(params Func<T, Target>[] targets);

    /// <summary>When one of these is planned, this one is planned after it.</summary>
    ITargetDefinition TriggeredBy(params Target[] targets);

    /// <summary>When one of these of a component is planned, this one is planned after it.</summary>
    ITargetDefinition TriggeredBy<T>(params Func<T, Target>[] targets);

    /// <summary>The same, when the build has the component.</summary>
    ITargetDefinition TryTriggeredBy<T>(params Func<T, Target>[] targets);

    /// <summary>Skips the target unless the condition holds before anything runs.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="conditionExpression">What is shown; the source text of the condition unless given.</param>
    ITargetDefinition OnlyWhenStatic(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null);

    /// <summary>Skips the target unless the condition holds when its turn comes.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="conditionExpression">What is shown; the source text of the condition unless given.</param>
    ITargetDefinition OnlyWhenDynamic(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null);

    /// <summary>What becomes of the dependencies and triggers when this one is skipped.</summary>
    ITargetDefinition WhenSkipped(DependencyBehavior dependencyBehavior);

    /// <summary>Parameters without which nothing runs.</summary>
    ITargetDefinition Requires<T>(
        Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : class;

    /// <summary>Parameters without which nothing runs.</summary>
    ITargetDefinition Requires<T>(
        Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : struct;

    /// <summary>Conditions without which nothing runs.</summary>
    ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements);

    /// <summary>When this one fails the others still run; the build has failed nevertheless.</summary>
    ITargetDefinition ProceedAfterFailure();

    /// <summary>If planned, this one runs even after a failure or a cancellation.</summary>
    ITargetDefinition AssuredAfterFailure();

    /// <summary>Keeps the target out of lists.</summary>
    ITargetDefinition Unlisted();

    /// <summary>Applies other definitions, bodies included.</summary>
    ITargetDefinition Inherit(params Target[] targets);

    /// <summary>Applies definitions of a component, bodies included.</summary>
    ITargetDefinition Inherit<T>(params Expression<Func<T, Target>>[] targets);
}
