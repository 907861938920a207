namespace Nuke.Common;

/// <summary>Marks a field or property that the command line, the environment or <c>.nuke/parameters.json</c> may set.</summary>
/// <param name="description">A sentence for <c>--help</c>.</param>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class ParameterAttribute(string? description = null) : Attribute
{
    /// <summary>A sentence for <c>--help</c>.</summary>
    public string? Description { get; } = description;

    /// <summary>The name, where it is not the member's.</summary>
    public string? Name { get; set; }

    /// <summary>What separates the values of an array that stand in one text, as in an environment variable.</summary>
    public string? Separator { get; set; }

    /// <summary>Whether <c>--help</c> lists it.</summary>
    public bool List { get; set; } = true;
}

/// <summary>Marks a parameter whose value is never shown.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;

/// <summary>Marks a parameter without which nothing runs, whatever the targets.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute;

/// <summary>Marks a parameter that may stay unset.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class OptionalAttribute : Attribute;
