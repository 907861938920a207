using System.Text;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>Fills the gaps of a rule's sentence.</summary>
internal static class Template
{
    /// <summary><paramref name="text"/> with each <c>{gap}</c> filled; a <c>[part]</c> whose gaps are not all known is left out,
    /// an unknown gap outside of one becomes nothing. <c>{host|url|=a text}</c> takes the first that is known; what stands in <c>{{two braces}}</c>
    /// stays, braces and all (a Docker format).</summary>
    public static string Fill(string text, Func<string, string?> valueOf)
    {
        var position = 0;
        return Part(text, ref position, valueOf, inBrackets: false)!.Trim();
    }

    private static string? Value(string gap, Func<string, string?> valueOf)
    {
        foreach (var name in gap.Split('|'))
            if ((name.StartsWith('=') ? name[1..] : valueOf(name)) is { Length: > 0 } value)
                return value;

        return null;
    }

    private static string? Part(string text, ref int position, Func<string, string?> valueOf, bool inBrackets)
    {
        var filled = new StringBuilder();
        var complete = true;
        while (position < text.Length)
        {
            var character = text[position++];
            if (character == '[')
            {
                filled.Append(Part(text, ref position, valueOf, inBrackets: true));
            }
            else if (character == ']' && inBrackets)
            {
                break;
            }
            else if (character == '{' && position < text.Length && text[position] == '{' && text.IndexOf("}}", position, StringComparison.Ordinal) is > 0 and var format)
            {
                filled.Append(text[(position - 1)..(format + 2)]);
                position = format + 2;
            }
            else if (character == '{' && text.IndexOf('}', position) is > 0 and var end)
            {
                var value = Value(text[position..end], valueOf);
                complete &= value is not null;
                filled.Append(value);
                position = end + 1;
            }
            else
            {
                filled.Append(character);
            }
        }

        return complete || !inBrackets ? filled.ToString() : null;
    }
}
