using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Nuke.Common.CI;

namespace Nuke.Common.ValueInjection;

/// <summary>All parameters: the engine's switches and those of the build.</summary>
internal sealed class ParameterCatalog
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Names that stand in the contract and are not there yet.</summary>
    public static readonly IReadOnlyList<string> NotYet = ["continue", "profile", "completion"];

    private ParameterCatalog(IReadOnlyList<Parameter> own, IReadOnlyList<Parameter> builtIn)
    {
        Own = own;
        BuiltIn = builtIn;
    }

    /// <summary>Those of the build, in declaration order.</summary>
    public IReadOnlyList<Parameter> Own { get; }

    /// <summary>Those of the engine.</summary>
    public IReadOnlyList<Parameter> BuiltIn { get; }

    public IEnumerable<Parameter> All => Own.Concat(BuiltIn);

    public static ParameterCatalog Create(Type build) => new([.. OwnOf(build)], BuiltInSwitches());

    public Parameter? Find(string name) => All.FirstOrDefault(parameter => Spelling.Same(parameter.Name, name));

    /// <summary>The value of an engine's switch, or the type's default.</summary>
    [return: MaybeNull]
    public T Value<T>(string builtIn) =>
        BuiltIn.First(parameter => parameter.Name == builtIn).Value is T value ? value : default;

    private static Parameter[] BuiltInSwitches() =>
    [
        new() { Name = "Help", MemberName = "Help", Type = typeof(bool), IsBuiltIn = true, Description = "Show this text" },
        new() { Name = "Plan", MemberName = "Plan", Type = typeof(bool), IsBuiltIn = true, Description = "Show what would run, in which order and why; run nothing" },
        new() { Name = "PlanFormat", MemberName = "PlanFormat", Type = typeof(PlanFormat), IsBuiltIn = true, Choices = ValueConversion.Choices(typeof(PlanFormat)), Default = PlanFormat.Text, Value = PlanFormat.Text, Description = "How --plan shows it; html is written to a file" },
        new() { Name = "Target", MemberName = "Target", Type = typeof(string[]), Kind = "<target>", IsBuiltIn = true, Separator = "+", Description = "Targets to run; the same as naming them without a switch" },
        new() { Name = "Skip", MemberName = "Skip", Type = typeof(string[]), Kind = "<target>", IsBuiltIn = true, Separator = "+", Description = "Targets to leave out, with what only they need; without names: everything but the targets asked for" },
        new() { Name = "Verbosity", MemberName = "Verbosity", Type = typeof(Verbosity), IsBuiltIn = true, Choices = ValueConversion.Choices(typeof(Verbosity)), Default = Verbosity.Normal, Value = Verbosity.Normal, Description = "How much is logged" },
        new() { Name = "Host", MemberName = "Host", Type = typeof(string), IsBuiltIn = true, Kind = "<host>", Choices = Hosts.Names, Description = $"Where the build believes it runs, found out unless given: {string.Join(", ", Hosts.Names)}" },
        new() { Name = "Root", MemberName = "Root", Type = typeof(string), Kind = "<path>", IsBuiltIn = true, ValueIsOptional = true, Description = "The root directory; without a value the working directory; unless given the nearest one upwards that has a .nuke directory" },
        new() { Name = "NoLogo", MemberName = "NoLogo", Type = typeof(bool), IsBuiltIn = true, Description = "Leave out the first line" },
        new() { Name = "GenerateSchema", MemberName = "GenerateSchema", Type = typeof(bool), IsBuiltIn = true, IsListed = false, Description = "Write .nuke/build.schema.json" },
    ];

    private static IEnumerable<Parameter> OwnOf(Type build)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var type = build; type is not null && type != typeof(NukeBuild) && type != typeof(object); type = type.BaseType)
        {
            foreach (var parameter in Members(type))
            {
                if (names.Add(parameter.MemberName))
                    yield return parameter;
            }
        }

        foreach (var component in build.GetInterfaces().Where(type => typeof(INukeBuild).IsAssignableFrom(type)))
        {
            foreach (var parameter in Members(component))
            {
                if (names.Add(parameter.MemberName))
                    yield return parameter;
            }
        }
    }

    private static IEnumerable<Parameter> Members(Type type) =>
        type.GetFields(Declared).Select(field => Create(field, field.FieldType, field.GetValue, field.SetValue))
            .Concat(type.GetProperties(Declared).Where(property => property.PropertyType != typeof(Target))
                .Select(property => Create(property, property.PropertyType, property.GetValue, Setter(property))))
            .OfType<Parameter>();

    private static Action<object, object?>? Setter(PropertyInfo property)
    {
        if (property.SetMethod is not null)
            return property.SetValue;

        // What the compiler calls the field behind a get-only automatic property.
        var field = property.DeclaringType!.GetField($"<{property.Name}>k__BackingField", Declared);
        return field is null ? null : field.SetValue;
    }

    private static Parameter? Create(MemberInfo member, Type type, Func<object, object?> get, Action<object, object?>? set)
    {
        if (member.GetCustomAttribute<ParameterAttribute>() is not { } attribute)
            return null;

        var valueType = Nullable.GetUnderlyingType(type) ?? type;
        var parameter = new Parameter
        {
            Name = attribute.Name ?? member.Name,
            MemberName = member.Name,
            Type = valueType,
            Description = attribute.Description,
            Separator = attribute.Separator,
            IsListed = attribute.List,
            IsSecret = member.IsDefined(typeof(SecretAttribute)),
            IsRequired = member.IsDefined(typeof(RequiredAttribute)),
            Choices = ValueConversion.Choices(valueType.IsArray ? valueType.GetElementType()! : valueType),
            Get = get,
            Set = set,
        };
        return parameter;
    }
}

/// <summary>How <c>--plan</c> shows the plan.</summary>
internal enum PlanFormat
{
    Text,
    Html,
    Mermaid,
    Json,
}
