using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>Reads plain strings of a TOML file: a key a line, as people write <c>Cargo.toml</c> and <c>pyproject.toml</c>.</summary>
internal static partial class TomlText
{
    /// <summary>The string under <paramref name="key"/> of <paramref name="section"/>, with its line; null when there is none.</summary>
    public static (string Value, int Line, string Text)? Value(string text, string section, string key)
    {
        var (current, number) = ("", 0);
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            number++;
            if (Section().Match(line) is { Success: true } header)
                current = header.Groups["name"].Value;
            else if (current == section && Pair().Match(line) is { Success: true } pair && pair.Groups["key"].Value == key)
                return (pair.Groups["value"].Value, number, line);
        }

        return null;
    }

    [GeneratedRegex(@"^\[(?<name>[^\[\]]+)\]\s*(?:#.*)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Section();

    [GeneratedRegex("""^"?(?<key>[A-Za-z0-9_-]+)"?\s*=\s*(?:"(?<value>[^"\\]*)"|'(?<value>[^']*)')\s*(?:#.*)?\z""", RegexOptions.ExplicitCapture)]
    private static partial Regex Pair();
}
