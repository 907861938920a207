namespace PhasedRollout.Contexts.Shells;

/// <summary>How a command follows the one before it.</summary>
internal enum ShellLink
{
    /// <summary>It is the first, or follows a semicolon or line break.</summary>
    Then,
    /// <summary>It runs when the one before succeeded.</summary>
    And,
    /// <summary>It runs when the one before failed.</summary>
    Or,
    /// <summary>It reads what the one before writes.</summary>
    Pipe,
}

/// <summary>A simple command of a shell text.</summary>
/// <param name="Words">Its words, variables expanded and quotes taken off; a null word depends on what is not known.</param>
/// <param name="Link">How it follows the one before.</param>
/// <param name="InBackground">True when it ends in <c>&amp;</c>.</param>
/// <param name="IsConditional">True inside <c>if</c>, <c>for</c>, <c>case</c>, a function, a group, a subshell and the like.</param>
internal sealed record ShellCommand(IReadOnlyList<string?> Words, ShellLink Link, bool InBackground, bool IsConditional)
{
    /// <summary>Its words with quotes taken off and variables left as they are written.</summary>
    public IReadOnlyList<string> Written { get; init; } = [];

    /// <summary>The folder in which it runs; null when that is not known.</summary>
    public string? Folder { get; init; }

    /// <summary>True when the whole text fails unless this command runs and succeeds.</summary>
    public bool MustSucceed { get; init; }

    /// <summary>The words as a person would type them.</summary>
    public override string ToString() => string.Join(' ', Written);
}
