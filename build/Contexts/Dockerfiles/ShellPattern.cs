using System.Text;
using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>The patterns of <c>${x#p}</c>, <c>${x%p}</c> and <c>${x/p/r}</c>: <c>*</c> and <c>?</c>, no brackets.</summary>
internal static class ShellPattern
{
    /// <summary>Longer ones are nobody's; each costs a compiled expression.</summary>
    private const int Longest = 256;

    /// <summary><paramref name="value"/> without the shortest or longest beginning that matches; null when the pattern is malformed.</summary>
    public static string? TrimStart(string value, string pattern, bool longest) =>
        Compile(pattern, longest, isAnchored: true) is not { } expression ? null
        : expression.Match(value) is { Success: true } match ? value[match.Length..] : value;

    /// <summary><paramref name="value"/> without the shortest or longest end that matches; null when the pattern is malformed.</summary>
    public static string? TrimEnd(string value, string pattern, bool longest)
    {
        // The shortest end is found from behind only: both are turned round.
        return Compile(pattern.Length > Longest ? pattern : ReversedPattern(pattern), longest, isAnchored: true) is not { } expression ? null
            : expression.Match(Reversed(value)) is { Success: true } match ? value[..^match.Length] : value;
    }

    /// <summary><paramref name="value"/> with the first or every match replaced; null when the pattern is malformed.</summary>
    public static string? Replace(string value, string pattern, string replacement, bool every) =>
        Compile(pattern, isGreedy: true, isAnchored: false)?.Replace(value, _ => replacement, every ? -1 : 1);

    private static Regex? Compile(string pattern, bool isGreedy, bool isAnchored)
    {
        if (pattern.Length > Longest)
            return null;

        var expression = new StringBuilder(isAnchored ? @"\A" : "");
        var wildcards = isAnchored ? 0 : 1;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    expression.Append(isGreedy ? ".*" : ".*?");
                    wildcards++;
                    break;
                case '?':
                    expression.Append('.');
                    break;
                // The escape of what would end the pattern is none of the pattern's.
                case '\\' when i + 1 < pattern.Length && pattern[i + 1] is '}' or '/':
                    break;
                case '\\' when i + 1 < pattern.Length && pattern[i + 1] is '*' or '?' or '\\':
                    expression.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                case '\\':
                    return null;
                case var character:
                    expression.Append(Regex.Escape(character.ToString()));
                    break;
            }
        }

        return WildcardExpression.Create(expression.ToString(), wildcards);
    }

    private static string ReversedPattern(string pattern)
    {
        var reversed = new StringBuilder(pattern.Length);
        for (var i = pattern.Length - 1; i >= 0; i--)
        {
            var escapes = 0;
            while (i - 1 - escapes >= 0 && pattern[i - 1 - escapes] == '\\')
                escapes++;

            if (escapes % 2 == 1)
                reversed.Append('\\').Append(pattern[i--]);
            else
                reversed.Append(pattern[i]);
        }

        return reversed.ToString();
    }

    private static string Reversed(string text) => new([.. text.Reverse()]);
}
