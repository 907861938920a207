using System.Text;

namespace Nuke.Common.Output;

/// <summary>Takes the power from text that came from outside before a terminal or a build server sees it.</summary>
internal static class Visible
{
    /// <summary>Control characters become their pictures (U+2400 …): no escape sequence reaches the terminal.</summary>
    public static string Text(string text)
    {
        if (!text.Any(IsDangerous))
            return text;
        var result = new StringBuilder(text.Length);
        foreach (var character in text.Replace("\r\n", "\n", StringComparison.Ordinal))
            result.Append(!IsDangerous(character) ? character : character < ' ' ? (char)(character + '\u2400') : '\u2421');
        return result.ToString();
    }

    /// <summary>The same for GitHub Actions, which obeys <c>::command::</c> at the start of a line and <c>##[command]</c> anywhere.</summary>
    public static string ForGitHub(string text)
    {
        var result = text.Replace("##[", "#\u200B#[", StringComparison.Ordinal).Split('\n');
        for (var i = 0; i < result.Length; i++)
        {
            if (result[i].TrimStart().StartsWith("::", StringComparison.Ordinal))
                result[i] = result[i].Replace("::", ":\u200B:", StringComparison.Ordinal);
        }

        return string.Join('\n', result);
    }

    /// <summary>The same for Azure Pipelines (<c>##vso[…]</c>, <c>##[…]</c>) and TeamCity (<c>##teamcity[…]</c>), which obey a line of any program.</summary>
    public static string ForServiceMessages(string text) => text.Replace("##", "#\u200B#", StringComparison.Ordinal);

    private static bool IsDangerous(char character) => character is (< ' ' and not ('\n' or '\t')) or (>= '\u007F' and <= '\u009F');
}
