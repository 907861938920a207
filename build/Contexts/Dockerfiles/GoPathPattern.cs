using System.Text;
using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>The wildcards of COPY and ADD: Go's filepath.Match, where no wildcard reaches over a slash.</summary>
internal sealed class GoPathPattern
{
    private readonly Regex expression;

    private GoPathPattern(Regex expression) => this.expression = expression;

    /// <summary>True when <paramref name="path"/> has a wildcard; a backslash takes its meaning away.</summary>
    public static bool HasWildcard(string path)
    {
        for (var i = 0; i < path.Length; i++)
            if (path[i] == '\\')
                i++;
            else if (path[i] is '*' or '?' or '[')
                return true;

        return false;
    }

    /// <summary>The pattern; null when it is malformed, and then matches nothing.</summary>
    public static GoPathPattern? Parse(string pattern)
    {
        if (pattern.Length > 1000)
            return null;

        var text = new StringBuilder(@"\A");
        var wildcards = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    text.Append("[^/]*");
                    wildcards++;
                    break;
                case '?':
                    text.Append("[^/]");
                    break;
                case '\\' when i + 1 < pattern.Length:
                    text.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                case '[' when pattern.IndexOf(']', Math.Min(i + 2, pattern.Length)) is > 0 and var end:
                    text.Append('[').Append(pattern[(i + 1)..end].Replace("[", "\\[", StringComparison.Ordinal)).Append(']');
                    i = end;
                    break;
                case '\\' or '[':
                    return null;
                case var character:
                    text.Append(Regex.Escape(character.ToString()));
                    break;
            }
        }

        try
        {
            return new GoPathPattern(WildcardExpression.Create(text.Append(@"\z").ToString(), wildcards));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>True when the whole of <paramref name="path"/> matches.</summary>
    public bool Matches(string path) => expression.IsMatch(path);
}
