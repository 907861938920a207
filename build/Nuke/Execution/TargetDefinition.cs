using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Nuke.Common.Execution;

/// <summary>Takes down what a target says about itself; <see cref="TargetCatalog"/> turns names into targets afterwards.</summary>
internal sealed class TargetDefinition(ExecutableTarget target, NukeBuild build) : ITargetDefinition
{
    public List<Target> DependsOnTargets { get; } = [];

    public List<Target> DependentForTargets { get; } = [];

    public List<Target> BeforeTargets { get; } = [];

    public List<Target> AfterTargets { get; } = [];

    public List<Target> TriggersTargets { get; } = [];

    public List<Target> TriggeredByTargets { get; } = [];

    public string Name => target.Name;

    public ITargetDefinition Description(string description) => Do(() => target.Description = description);

    public ITargetDefinition Executes(params Action[] actions) => Do(() => actions.ToList().ForEach(target.Actions.Add));

    public ITargetDefinition Executes<T>(Func<T> action) => Do(() => target.Actions.Add(() => TaskResult.Await(action())));

    public ITargetDefinition Executes(Func<Task> action) => Do(() => target.Actions.Add(() => TaskResult.Await(action())));

    public ITargetDefinition DependsOn(params Target[] targets) => Do(() => DependsOnTargets.AddRange(targets));

    public ITargetDefinition DependsOn<T>(params Func<T, Target>[] targets) => DependsOn(Of(targets));

    public ITargetDefinition TryDependsOn<T>(params Func<T, Target>[] targets) => DependsOn(TryOf(targets));

    public ITargetDefinition DependentFor(params Target[] targets) => Do(() => DependentForTargets.AddRange(targets));

    public ITargetDefinition DependentFor<T>(params Func<T, Target>[] targets) => DependentFor(Of(targets));

    public ITargetDefinition TryDependentFor<T>(params Func<T, Target>[] targets) => DependentFor(TryOf(targets));

    public ITargetDefinition Before(params Target[] targets) => Do(() => BeforeTargets.AddRange(targets));

    public ITargetDefinition Before<T>(params Func<T, Target>[] targets) => Before(Of(targets));

    public ITargetDefinition TryBefore<T>(params Func<T, Target>[] targets) => Before(TryOf(targets));

    public ITargetDefinition After(params Target[] targets) => Do(() => AfterTargets.AddRange(targets));

    public ITargetDefinition After<T>(params Func<T, Target>[] targets) => After(Of(targets));

    public ITargetDefinition TryAfter<T>(params Func<T, Target>[] targets) => After(TryOf(targets));

    public ITargetDefinition Triggers(params Target[] targets) => Do(() => TriggersTargets.AddRange(targets));

    public ITargetDefinition Triggers<T>(params Func<T, Target>[] targets) => Triggers(Of(targets));

    public ITargetDefinition TryTriggers<T>(params Func<T, Target>[] targets) => Triggers(TryOf(targets));

    public ITargetDefinition TriggeredBy(params Target[] targets) => Do(() => TriggeredByTargets.AddRange(targets));

    public ITargetDefinition TriggeredBy<T>(params Func<T, Target>[] targets) => TriggeredBy(Of(targets));

    public ITargetDefinition TryTriggeredBy<T>(params Func<T, Target>[] targets) => TriggeredBy(TryOf(targets));

    public ITargetDefinition OnlyWhenStatic(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null) =>
        Do(() => target.StaticConditions.Add(new(condition, Shown(conditionExpression))));

    public ITargetDefinition OnlyWhenDynamic(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null) =>
        Do(() => target.DynamicConditions.Add(new(condition, Shown(conditionExpression))));

    public ITargetDefinition WhenSkipped(DependencyBehavior dependencyBehavior) =>
        Do(() => target.DependencyBehavior = dependencyBehavior);

    public ITargetDefinition Requires<T>(
        Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : class => Require([parameterRequirement, .. parameterRequirements]);

    public ITargetDefinition Requires<T>(
        Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : struct => Require([parameterRequirement, .. parameterRequirements]);

    public ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements) =>
        Require([requirement, .. requirements]);

    public ITargetDefinition ProceedAfterFailure() => Do(() => target.ProceedAfterFailure = true);

    public ITargetDefinition AssuredAfterFailure() => Do(() => target.AssuredAfterFailure = true);

    public ITargetDefinition Unlisted() => Do(() => target.Listed = false);

    public ITargetDefinition Inherit(params Target[] targets)
    {
        foreach (var inherited in targets)
            inherited(this);
        return this;
    }

    public ITargetDefinition Inherit<T>(params Expression<Func<T, Target>>[] targets) =>
        Inherit([.. targets.Select(expression => Inherited((PropertyInfo)((MemberExpression)expression.Body).Member))]);

    /// <summary>Called as a base member: the override that inherits would otherwise call itself.</summary>
    private Target Inherited(PropertyInfo property)
    {
        var getter = property.GetMethod!;
        var pointer = getter.MethodHandle.GetFunctionPointer();
        return (Target)((Func<Target>)Activator.CreateInstance(typeof(Func<Target>), build, pointer)!)();
    }

    private TargetDefinition Require(LambdaExpression[] requirements) => Do(() => target.Requirements.AddRange(requirements));

    private Target[] Of<T>(Func<T, Target>[] targets) =>
        build is T component
            ? Of(component, targets)
            : throw new InvalidBuildException($"Target '{Name}' refers to a target of {typeof(T).Name}, which the build does not implement");

    private Target[] TryOf<T>(Func<T, Target>[] targets) => build is T component ? Of(component, targets) : [];

    private Target[] Of<T>(T component, Func<T, Target>[] targets)
    {
        if (targets.Length > 0)
            return [.. targets.Select(target => target(component))];

        var properties = typeof(T).GetProperties().Where(property => property.PropertyType == typeof(Target)).ToArray();
        return properties is [var only]
            ? [(Target)only.GetValue(component)!]
            : throw new InvalidBuildException($"Target '{Name}' refers to {typeof(T).Name} without naming one of its {properties.Length} targets");
    }

    private static string Shown(string? expression)
    {
        var text = expression ?? "";
        return text.StartsWith("() =>", StringComparison.Ordinal) ? text["() =>".Length..].Trim() : text;
    }

    private TargetDefinition Do(Action change)
    {
        change();
        return this;
    }
}
