namespace Nuke.Common.ValueInjection;

/// <summary>Something that the command line, the environment or <c>.nuke/parameters.json</c> may set.</summary>
internal sealed class Parameter
{
    /// <summary>As code writes it: <c>ImageTag</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The member of the build that carries it; equal to the name unless that was changed.</summary>
    public required string MemberName { get; init; }

    /// <summary>The type of the value; nullable value types stand without their question mark.</summary>
    public required Type Type { get; init; }

    public string? Description { get; init; }

    public string? Separator { get; init; }

    public bool IsListed { get; init; } = true;

    public bool IsSecret { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>One of the engine's own switches: read from the environment with the prefix <c>NUKE_</c> only.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>Whether the switch may stand without a value.</summary>
    public bool ValueIsOptional { get; init; }

    /// <summary>The texts that are possible, when they are few and known.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>A word for one value: <c>&lt;path&gt;</c>, or the values that are possible.</summary>
    public string Kind
    {
        get => IsSecret ? "<secret>" : field ?? (Choices is { } choices ? string.Join("|", choices) : ValueConversion.Kind(ElementType));
        init;
    }

    /// <summary>Reads the value from the build; null for one that no object carries.</summary>
    public Func<object, object?>? Get { get; init; }

    /// <summary>Writes the value into the build; null for one that is computed.</summary>
    public Action<object, object?>? Set { get; init; }

    public string Dashed => Spelling.Dashed(Name);

    public string Switch => "--" + Dashed;

    public string Variable => IsBuiltIn ? "NUKE_" + Spelling.Variable(Name) : Spelling.Variable(Name);

    public bool IsArray => Type.IsArray;

    public bool IsFlag => Type == typeof(bool);

    /// <summary>The type of one value.</summary>
    public Type ElementType => IsArray ? Nullable.GetUnderlyingType(Type.GetElementType()!) ?? Type.GetElementType()! : Type;

    /// <summary>What was given, or null.</summary>
    public GivenValue? Given { get; set; }

    /// <summary>The value in force.</summary>
    public object? Value { get; set; }

    /// <summary>The value of the initialiser.</summary>
    public object? Default { get; set; }
}

/// <summary>Where a value came from; the first source that has one wins.</summary>
internal enum ValueSource
{
    CommandLine,
    Environment,
    File,
}

/// <summary>The texts that somebody gave.</summary>
/// <param name="Texts">The values; none for a switch that stands alone.</param>
/// <param name="Source">Who gave them.</param>
/// <param name="Where">How an error names the place: <c>--image-tag</c>, <c>IMAGE_TAG (environment)</c>.</param>
internal sealed record GivenValue(IReadOnlyList<string> Texts, ValueSource Source, string Where);
