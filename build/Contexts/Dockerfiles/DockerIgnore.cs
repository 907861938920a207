using System.Text;
using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>The patterns of a <c>.dockerignore</c> file, matched as Docker does: the rules are those of
/// github.com/moby/patternmatcher (<c>patternmatcher.go</c>, <c>ignorefile/ignorefile.go</c>).</summary>
public sealed class DockerIgnore
{
    private readonly IReadOnlyList<Pattern> patterns;

    private DockerIgnore(IReadOnlyList<Pattern> patterns) => this.patterns = patterns;

    /// <summary>Ignores nothing.</summary>
    public static DockerIgnore Nothing { get; } = new([]);

    /// <summary>Reads an ignore file.</summary>
    /// <exception cref="FormatException">A pattern is malformed; the message names its line.</exception>
    public static DockerIgnore Parse(string text)
    {
        var patterns = new List<Pattern>();
        var number = 0;
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            // A comment is one only in the first column, before anything is trimmed.
            if (raw.StartsWith('#') || raw.Trim() is not { Length: > 0 } line)
                continue;

            var exception = line[0] == '!';
            var pattern = (exception ? line[1..].Trim() : line).Replace("\r", "", StringComparison.Ordinal);
            if (pattern.Length == 0)
                throw new FormatException(FormattableString.Invariant($"line {number}: illegal exclusion pattern: \"!\""));

            pattern = GoPath.Clean(pattern);
            if (pattern.Length > 1 && pattern[0] == '/')
                pattern = pattern[1..];

            try
            {
                patterns.Add(new Pattern(Compile(pattern), exception, FormattableString.Invariant($"line {number}: {line}")));
            }
            catch (ArgumentException error)
            {
                throw new FormatException(FormattableString.Invariant($"line {number}: '{line}' is not a pattern"), error);
            }
        }

        return new DockerIgnore(patterns);
    }

    /// <summary>True when some patterns let files in again.</summary>
    public bool HasExceptions => patterns.Any(pattern => pattern.IsException);

    /// <summary>True when the file at <paramref name="path"/>, relative to the context with forward slashes, stays out. The last pattern that
    /// matches it or a folder above it decides.</summary>
    public bool Ignores(string path) => PatternFor(path) is not null;

    /// <summary>The line that keeps <paramref name="path"/> out, as <c>line 3: *.log</c>; null when none does.</summary>
    public string? PatternFor(string path)
    {
        string? ignoredBy = null;
        foreach (var pattern in patterns)
            if (pattern.IsException == ignoredBy is not null && MatchesWithParents(pattern.Expression, path))
                ignoredBy = pattern.IsException ? null : pattern.Written;

        return ignoredBy;
    }

    private static bool MatchesWithParents(Regex expression, string path)
    {
        if (expression.IsMatch(path))
            return true;

        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            if (expression.IsMatch(path[..slash]))
                return true;

        return false;
    }

    private static Regex Compile(string pattern)
    {
        var expression = new StringBuilder(@"\A");
        var wildcards = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            var character = pattern[i];
            switch (character)
            {
                case '*' when At(pattern, i + 1) == '*':
                    i++;
                    if (At(pattern, i + 1) == '/')
                        i++;
                    expression.Append(i + 1 == pattern.Length ? ".*" : "(?:.*/)?");
                    wildcards++;
                    break;
                case '*':
                    expression.Append("[^/]*");
                    wildcards++;
                    break;
                case '?':
                    expression.Append("[^/]");
                    break;
                case '[':
                    i = AppendClass(pattern, i, expression);
                    break;
                case '\\' when i + 1 < pattern.Length:
                    expression.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                case '\\':
                    throw new ArgumentException("a pattern ends in a backslash", nameof(pattern));
                default:
                    expression.Append(Regex.Escape(character.ToString()));
                    break;
            }
        }

        return WildcardExpression.Create(expression.Append(@"\z").ToString(), wildcards, RegexOptions.Singleline);
    }

    private static int AppendClass(string pattern, int start, StringBuilder expression)
    {
        var end = pattern.IndexOf(']', start + (At(pattern, start + 1) == '^' ? 3 : 2));
        if (end < 0)
            throw new ArgumentException("a character class is not closed", nameof(pattern));

        expression.Append('[');
        for (var i = start + 1; i < end; i++)
        {
            var character = pattern[i];
            if (character == '^' && i == start + 1)
                expression.Append("^/");
            else if (character == '-' && i > start + 1 && i < end - 1)
                expression.Append('-');
            else
                expression.Append(Escaped(character == '\\' && i + 1 < end ? pattern[++i] : character));
        }

        expression.Append(']');
        return end;
    }

    private static string Escaped(char character) => character is '\\' or '[' or ']' or '^' or '-' ? $"\\{character}" : character.ToString();

    private static char At(string text, int index) => index < text.Length ? text[index] : '\0';

    private sealed record Pattern(Regex Expression, bool IsException, string Written);
}
