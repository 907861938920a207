using System.Linq.Expressions;
using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>All targets of a build, in declaration order: the class first, then its bases, then its components.</summary>
internal static class TargetCatalog
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <exception cref="InvalidBuildException">A target refers to something that is no target of the build.</exception>
    public static IReadOnlyList<ExecutableTarget> Create(NukeBuild build, IReadOnlyList<LambdaExpression> defaults)
    {
        var defaultNames = defaults.Select(expression => ((MemberExpression)expression.Body).Member.Name).ToHashSet(StringComparer.Ordinal);
        var targets = new List<ExecutableTarget>();
        foreach (var property in Properties(build.GetType()))
        {
            if (property.GetValue(build) is Target factory && targets.All(known => known.Name != property.Name))
                targets.Add(new ExecutableTarget(property, factory, defaultNames.Contains(property.Name)));
        }

        var definitions = new List<(ExecutableTarget Target, TargetDefinition Definition)>(targets.Count);
        foreach (var target in targets)
        {
            var definition = new TargetDefinition(target, build);
            target.Factory(definition);
            definitions.Add((target, definition));
        }

        foreach (var (target, definition) in definitions)
            Connect(target, definition, targets);

        return targets;
    }

    /// <summary>The properties that are targets. Metadata order is source order within one type.</summary>
    private static IEnumerable<PropertyInfo> Properties(Type build)
    {
        for (var type = build; type is not null && type != typeof(NukeBuild); type = type.BaseType)
        {
            foreach (var property in TargetsOf(type))
            {
                if (type == build || property.GetMethod is { IsPrivate: false })
                    yield return property;
            }
        }

        foreach (var component in build.GetInterfaces())
        {
            if (!typeof(INukeBuild).IsAssignableFrom(component))
                continue;
            foreach (var property in TargetsOf(component))
                yield return property;
        }
    }

    private static PropertyInfo[] TargetsOf(Type type)
    {
        var properties = Array.FindAll(
            type.GetProperties(Declared),
            property => property.PropertyType == typeof(Target) && property.GetMethod is not null && !property.Name.Contains('.', StringComparison.Ordinal));
        // Machine code has no tokens, and keeps the order of the metadata that it was made from.
        if (Array.TrueForAll(properties, static property => property.HasMetadataToken()))
            Array.Sort(properties, static (left, right) => left.MetadataToken.CompareTo(right.MetadataToken));
        return properties;
    }

    private static void Connect(ExecutableTarget target, TargetDefinition definition, List<ExecutableTarget> all)
    {
        Each(definition.DependsOnTargets, other => Add(target.ExecutionDependencies, other));
        Each(definition.DependentForTargets, other => Add(other.ExecutionDependencies, target));
        Each(definition.AfterTargets, other => Add(target.OrderDependencies, other));
        Each(definition.BeforeTargets, other => Add(other.OrderDependencies, target));
        Each(definition.TriggersTargets, other => Trigger(target, other));
        Each(definition.TriggeredByTargets, other => Trigger(other, target));

        void Each(List<Target> factories, Action<ExecutableTarget> connect)
        {
            foreach (var factory in factories)
                connect(Find(factory));
        }

        ExecutableTarget Find(Target factory) =>
            all.FirstOrDefault(candidate => candidate.Factory == factory)
            ?? throw new InvalidBuildException(
                $"Target '{target.Name}' refers to something that is no target of this build; a target is an instance property whose lambda captures no local variable");
    }

    private static void Trigger(ExecutableTarget first, ExecutableTarget then)
    {
        Add(first.Triggers, then);
        Add(then.TriggerDependencies, first);
    }

    private static void Add(ICollection<ExecutableTarget> targets, ExecutableTarget target)
    {
        if (!targets.Contains(target))
            targets.Add(target);
    }
}
