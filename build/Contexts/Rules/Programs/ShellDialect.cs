using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Shells;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>What bash reads and the shell of Debian (dash) or Alpine Linux (ash) does not. Each was tried on dash 0.5.12 and BusyBox 1.35.</summary>
internal static partial class ShellDialect
{
    // No builtins of either, and no programs.
    private static readonly HashSet<string> OfBash = ["declare", "typeset", "shopt", "pushd", "popd", "mapfile", "readarray"];

    /// <summary>The first word of bash that ends <paramref name="text"/>, as a person would call it; null when there is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isAsh">True for BusyBox, which reads more of bash than dash does.</param>
    /// <param name="stopsAtFailure">True when the shell was started with <c>-e</c>.</param>
    public static string? Find(string text, bool isAsh, bool stopsAtFailure = false)
    {
        var (bare, open) = (Without(text, doubleQuotes: true), Without(text, doubleQuotes: false));
        return Syntax(bare, open, isAsh) ?? Command(text, isAsh, stopsAtFailure);
    }

    // What is no syntax ends the whole text, wherever it stands.
    private static string? Syntax(string bare, string open, bool isAsh)
    {
        if (Arrays().Match(bare) is { Success: true } array)
            return $"the array {array.Value.Trim()}…)";
        if (bare.Contains("<<<", StringComparison.Ordinal))
            return "<<<";
        if (Loops().IsMatch(bare))
            return "for ((…))";
        if (bare.Contains("|&", StringComparison.Ordinal))
            return "|&";
        if ((isAsh ? CaseSubstitutions() : Substitutions()).Match(open) is { Success: true } substitution)
            return substitution.Value;
        if (!isAsh && ProcessSubstitutions().Match(bare) is { Success: true } process)
            return $"{process.Value.Trim()}…)";
        return !isAsh && Functions().Match(bare) is { Success: true } function ? function.Value.Trim() : null;
    }

    private static string? Command(string text, bool isAsh, bool stopsAtFailure)
    {
        foreach (var command in ShellText.Read(text, _ => ShellText.Unknown, null, stopsAtFailure))
        {
            switch (command.Written)
            {
                // set is a special builtin: a shell that does not take its option ends at once.
                case ["set", ..] when !isAsh && command.Written.Contains("pipefail") && !command.IsConditional && command.Link is ShellLink.Then or ShellLink.And:
                    return "set -o pipefail";
                case [var word, ..] when command.MustSucceed && (OfBash.Contains(word) || (!isAsh && word is "source" or "[[" or "let")):
                    return word;
                case ["[", ..] when !isAsh && command.MustSucceed && command.Written.Contains("=="):
                    return "[ … == … ]";
            }
        }

        return null;
    }

    // Quoted text is no syntax; within double quotes variables are read all the same.
    private static string Without(string text, bool doubleQuotes) =>
        (doubleQuotes ? Quoted() : SingleQuoted()).Replace(Comments().Replace(text, ""), match => match.Value.StartsWith('\\') || (!doubleQuotes && match.Value.StartsWith('"')) ? match.Value : " _ ");

    [GeneratedRegex("""\\.|'[^']*'|"(?:\\.|[^"\\])*"|\$\(\([^()]*(?:\([^()]*\)[^()]*)*\)\)""", RegexOptions.Singleline)]
    private static partial Regex Quoted();

    [GeneratedRegex("""\\.|'[^']*'|"(?:\\.|[^"\\])*(?:"|\z)""", RegexOptions.Singleline)]
    private static partial Regex SingleQuoted();

    [GeneratedRegex(@"(?<=^|\s)#[^\n]*", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"(?:^|[\s;&|])[A-Za-z_][A-Za-z0-9_]*\+?=\(", RegexOptions.Multiline)]
    private static partial Regex Arrays();

    [GeneratedRegex(@"\bfor\s+\(\(")]
    private static partial Regex Loops();

    [GeneratedRegex(@"(?:^|[\s])[<>]\(", RegexOptions.Multiline)]
    private static partial Regex ProcessSubstitutions();

    [GeneratedRegex(@"(?:^|[;&|]|\s)function\s+[A-Za-z_][\w-]*\s*(?:\(\s*\))?\s*\{", RegexOptions.Multiline)]
    private static partial Regex Functions();

    [GeneratedRegex(@"\$\{[A-Za-z_]\w*(?:\[[^\]]*\]|//?[^}]*|\^\^?|,,?|:[0-9]+(?::[0-9]+)?)\}|\$\{![A-Za-z_]\w*\}")]
    private static partial Regex Substitutions();

    [GeneratedRegex(@"\$\{[A-Za-z_]\w*(?:\[[^\]]*\]|\^\^?|,,?)\}|\$\{![A-Za-z_]\w*\}")]
    private static partial Regex CaseSubstitutions();
}
