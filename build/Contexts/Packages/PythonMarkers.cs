using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Packages;

/// <summary>Environment markers (https://packaging.python.org/en/latest/specifications/dependency-specifiers/) as a Linux container answers them.
/// Three-valued: what is not known stays so.</summary>
internal sealed partial class PythonMarkers
{
    private const int Deepest = 20;

    private readonly IReadOnlyList<string> tokens;
    private readonly string? python;
    private int position;
    private int depth;

    private PythonMarkers(IReadOnlyList<string> tokens, string? python) => (this.tokens, this.python) = (tokens, python);

    /// <summary>True when a requirement with <paramref name="marker"/> is installed, false when not, null when that is not known.</summary>
    /// <param name="marker">The text behind the semicolon; empty for none.</param>
    /// <param name="python">The version of Python, such as <c>3.12</c>; null when that is not known.</param>
    public static bool? Applies(string marker, string? python)
    {
        if (string.IsNullOrWhiteSpace(marker))
            return true;

        var reader = new PythonMarkers([.. Token().Matches(marker).Take(200).Select(match => match.Value)], python);
        var answer = reader.Or();
        return reader.position == reader.tokens.Count ? answer : null;
    }

    private bool? Or()
    {
        var answer = And();
        while (Take("or"))
            answer = Either(answer, And());
        return answer;
    }

    private bool? And()
    {
        var answer = One();
        // not (not a or not b)
        while (Take("and"))
            answer = !Either(!answer, !One());
        return answer;
    }

    private static bool? Either(bool? one, bool? other) => one is true || other is true ? true : one is null || other is null ? null : false;

    private bool? One()
    {
        if (Take("("))
        {
            if (++depth > Deepest)
                return null;

            var answer = Or();
            depth--;
            return Take(")") ? answer : null;
        }

        var left = Next();
        var not = Take("not");
        var sign = Next();
        var right = Next();
        // "linux" == sys_platform says the same the other way round.
        var (name, value) = IsText(left) ? (right, left) : (left, right);
        return Known(name) is { } actual && IsText(value) ? Compare(name, actual, not ? "not in" : sign, value[1..^1], IsText(left)) : null;
    }

    private string? Known(string name) => name switch
    {
        "sys_platform" or "os_name" or "platform_system" or "platform_python_implementation" or "implementation_name" => name switch
        {
            "sys_platform" => "linux",
            "os_name" => "posix",
            "platform_system" => "Linux",
            // Containers with another one are rare, and say so in their names.
            _ => null,
        },
        "python_version" => python,
        _ => null,
    };

    private static bool? Compare(string name, string actual, string sign, string value, bool isReversed)
    {
        if (name != "python_version")
        {
            return sign switch
            {
                "==" => actual == value,
                "!=" => actual != value,
                "in" when isReversed => actual.Contains(value, StringComparison.Ordinal),
                "in" => value.Contains(actual, StringComparison.Ordinal),
                _ => null,
            };
        }

        if (!System.Version.TryParse(actual, out var have) || !System.Version.TryParse(Trimmed(value), out var want) || isReversed)
            return null;

        var order = have.CompareTo(new System.Version(want.Major, want.Minor));
        return sign switch
        {
            "==" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" or "~=" => order >= 0,
            _ => null,
        };
    }

    private static string Trimmed(string version)
    {
        var text = version.Replace(".*", "", StringComparison.Ordinal);
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }

    private static bool IsText(string token) => token.Length >= 2 && token[0] is '"' or '\'' && token[^1] == token[0];

    private bool Take(string token)
    {
        if (position >= tokens.Count || tokens[position] != token)
            return false;

        position++;
        return true;
    }

    private string Next() => position < tokens.Count ? tokens[position++] : "";

    [GeneratedRegex("""
        "[^"]*"|'[^']*'|[A-Za-z_][A-Za-z0-9_.]*|[<>=!~]+|[()]
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();
}
