using System.Text;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>The words that begin with two dashes in front of an instruction's arguments.</summary>
internal static class FlagWords
{
    /// <summary>The flags, unquoted, and what stands behind them. Here the backslash escapes whatever the escape directive says.</summary>
    public static (IReadOnlyList<InstructionFlag> Flags, string Arguments) Split(string text)
    {
        var flags = new List<InstructionFlag>();
        var position = 0;
        while (true)
        {
            while (position < text.Length && char.IsWhiteSpace(text[position]))
                position++;

            if (!text.AsSpan(position).StartsWith("--"))
                return (flags, text[position..].Trim());

            var word = Word(text, ref position);
            if (word == "--")
                return (flags, text[position..].Trim());

            if (word.Length > 0)
                flags.Add(Flag(word));
        }
    }

    private static string Word(string text, ref int position)
    {
        var word = new StringBuilder();
        for (var quote = '\0'; position < text.Length; position++)
        {
            var character = text[position];
            if (quote == '\0' && char.IsWhiteSpace(character))
                break;

            if (character == '\\')
            {
                if (position + 1 < text.Length)
                    word.Append(text[++position]);
            }
            else if (quote == '\0' && character is '\'' or '"')
            {
                quote = character;
            }
            else if (character == quote)
            {
                quote = '\0';
            }
            else
            {
                word.Append(character);
            }
        }

        return word.ToString();
    }

    private static InstructionFlag Flag(string word)
    {
        var name = word.StartsWith("--", StringComparison.Ordinal) ? word[2..] : word;
        var equals = name.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? new InstructionFlag(name, null) : new InstructionFlag(name[..equals], name[(equals + 1)..]);
    }
}
