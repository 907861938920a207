using System.Text;

namespace Nuke.Common.ValueInjection;

/// <summary>How names are written: <c>ImageTag</c> in code, <c>--image-tag</c> on the command line, <c>IMAGE_TAG</c> in the environment.</summary>
internal static class Spelling
{
    /// <summary>Words that stay whole although they have a capital inside.</summary>
    private static readonly string[] WholeWords = ["GitHub", "GitLab", "NuGet", "DotNet", "MSBuild", "TeamCity", "AppVeyor"];

    /// <summary>Whether two spellings mean one name: only letters and digits count, their case does not.</summary>
    public static bool Same(string left, string right) => Bare(left) == Bare(right);

    /// <summary>Letters and digits only, in lower case.</summary>
    public static string Bare(string name) => string.Create(name.Count(char.IsLetterOrDigit), name, static (span, name) =>
    {
        var next = 0;
        foreach (var character in name)
        {
            if (char.IsLetterOrDigit(character))
                span[next++] = char.ToLowerInvariant(character);
        }
    });

    /// <summary>The spelling for the command line, without the leading dashes.</summary>
    public static string Dashed(string name)
    {
        var result = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length;)
        {
            var word = WordAt(name, i);
            if (result.Length > 0 && result[^1] != '-')
                result.Append('-');
            result.Append(word.ToLowerInvariant());
            i += word.Length;
            while (i < name.Length && !char.IsLetterOrDigit(name[i]))
                i++;
        }

        return result.ToString();
    }

    /// <summary>The spelling for the environment.</summary>
    public static string Variable(string name) => Dashed(name).Replace('-', '_').ToUpperInvariant();

    private static string WordAt(string name, int start)
    {
        foreach (var whole in WholeWords)
        {
            if (string.CompareOrdinal(name, start, whole, 0, whole.Length) == 0
                && (start + whole.Length == name.Length || !char.IsLower(name[start + whole.Length])))
                return whole;
        }

        var end = start + 1;
        while (end < name.Length && char.IsLetterOrDigit(name[end]) && !StartsWord(name, end))
            end++;
        return name[start..end];
    }

    private static bool StartsWord(string name, int at) =>
        char.IsUpper(name[at])
        && (!char.IsUpper(name[at - 1]) || (at + 1 < name.Length && char.IsLower(name[at + 1])));
}
