using System.Text.RegularExpressions;

namespace PhasedRollout.Tests.Architecture;

/// <summary>A C# file, and its text without comments and without what stands in quotes.</summary>
internal sealed partial record SourceText(string Path, string Text)
{
    public string Code { get; } = NoCode().Replace(Text, match => match.Value.StartsWith('/') ? " " : "\"\"");

    // Raw strings, verbatim strings, strings, characters, comments. The values within an interpolated string are lost with it.
    [GeneratedRegex("""""
        ("{3,})[\s\S]*?\1"* | @\$?"(?:[^"]|"")*" | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+' | //[^\n]* | /\*[\s\S]*?\*/
        """"", RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NoCode();
}
