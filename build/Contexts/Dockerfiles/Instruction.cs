namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>An instruction as written: nothing is expanded.</summary>
/// <param name="Keyword">Its keyword in capitals; empty for a lone continuation at the end of the file.</param>
/// <param name="Line">The line it starts at, from 1.</param>
/// <param name="EndLine">Its last line, that of a heredoc's end included.</param>
public sealed record Instruction(string Keyword, int Line, int EndLine)
{
    /// <summary>Its keyword as written.</summary>
    public string Written { get; init; } = Keyword;

    /// <summary>What stands behind the flags, continuation lines joined.</summary>
    public string Text { get; init; } = "";

    /// <summary>The flags in front of the arguments.</summary>
    public IReadOnlyList<InstructionFlag> Flags { get; init; } = [];

    /// <summary>The arguments. Of a shell form there is one, the whole text; of HEALTHCHECK the first is its kind, <c>CMD</c> or <c>NONE</c>;
    /// of ENV and LABEL there are none, but <see cref="Pairs"/>; of ONBUILD none, but a <see cref="Trigger"/>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>True for the JSON (exec) form.</summary>
    public bool IsJson { get; init; }

    /// <summary>The names and values of ENV, LABEL and ARG.</summary>
    public IReadOnlyList<NameValue> Pairs { get; init; } = [];

    /// <summary>The heredocs in the order of their bodies.</summary>
    public IReadOnlyList<Heredoc> Heredocs { get; init; } = [];

    /// <summary>All that it says: its text, then its heredocs.</summary>
    public IEnumerable<string> Texts => Heredocs.Select(heredoc => heredoc.Content).Prepend(Text);

    /// <summary>The instruction of an ONBUILD.</summary>
    public Instruction? Trigger { get; init; }

    /// <summary>The value of the flag <paramref name="name"/>: null when it is not there, empty when it has none.</summary>
    public string? Flag(string name) => Flags.FirstOrDefault(flag => flag.Name == name) is { } found ? found.Value ?? "" : null;

    /// <summary>The values of every flag <paramref name="name"/>.</summary>
    public IEnumerable<string> FlagValues(string name) => Flags.Where(flag => flag.Name == name).Select(flag => flag.Value ?? "");

    /// <summary>True when the boolean flag <paramref name="name"/> is set.</summary>
    public bool IsFlagSet(string name) => Flag(name) is { } value && (value.Length == 0 || value.Equals("true", StringComparison.OrdinalIgnoreCase));
}

/// <summary>A flag such as <c>--from=build</c>.</summary>
/// <param name="Name">Its name without dashes.</param>
/// <param name="Value">What stands behind the equals sign, unquoted; null without one.</param>
public sealed record InstructionFlag(string Name, string? Value);

/// <summary>A name and a value of ENV, LABEL or ARG; quotes and variables as written.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value; null for an ARG without one.</param>
public sealed record NameValue(string Name, string? Value);

/// <summary>A heredoc.</summary>
/// <param name="Name">The word that ends it, which is a COPY's file name.</param>
/// <param name="Expands">False when a part of the word is quoted: variables stay as they are.</param>
/// <param name="StripsTabs">True for <c>&lt;&lt;-</c>.</param>
/// <param name="Content">Its lines with their line breaks, tabs not yet stripped.</param>
/// <param name="Line">The line of its first line, from 1.</param>
public sealed record Heredoc(string Name, bool Expands, bool StripsTabs, string Content, int Line);
