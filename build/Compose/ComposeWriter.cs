using System.Text;
using System.Text.RegularExpressions;

namespace PhasedRollout.Compose;

/// <summary>Writes a document as YAML that every reader, of YAML 1.1 as of 1.2, takes for the same values: block style, two spaces, one order.</summary>
public static partial class ComposeWriter
{
    /// <summary>The text of <paramref name="root"/>; it ends with a line break, variables stand as they are.</summary>
    public static string Write(ComposeMapping root)
    {
        var output = new StringBuilder();
        if (root.Entries.Count == 0)
            output.Append("{}\n");
        else
            Mapping(root, 0, output);

        return output.ToString();
    }

    private static void Mapping(ComposeMapping mapping, int indent, StringBuilder output)
    {
        foreach (var entry in mapping.Entries)
        {
            output.Append(' ', indent).Append(Line(entry.Key)).Append(':');
            Value(entry.Value, indent, output);
        }
    }

    private static void Sequence(ComposeSequence sequence, int indent, StringBuilder output)
    {
        foreach (var item in sequence.Items)
        {
            output.Append(' ', indent).Append('-');
            if (item is ComposeMapping { Entries.Count: > 0 } mapping)
            {
                // "- key: value": the first key stands on the line of the dash.
                var start = output.Length;
                Mapping(mapping, indent + 2, output);
                output.Remove(start, indent + 1);
            }
            else
            {
                Value(item, indent, output);
            }
        }
    }

    private static void Value(ComposeNode node, int indent, StringBuilder output)
    {
        switch (node)
        {
            case ComposeMapping { Entries.Count: 0 }:
                output.Append(" {}\n");
                break;
            case ComposeMapping mapping:
                output.Append('\n');
                Mapping(mapping, indent + 2, output);
                break;
            case ComposeSequence { Items.Count: 0 }:
                output.Append(" []\n");
                break;
            case ComposeSequence sequence:
                output.Append('\n');
                Sequence(sequence, indent + 2, output);
                break;
            case ComposeScalar scalar:
                Scalar(scalar, indent, output);
                break;
            default:
                throw new ArgumentException($"a {node.GetType().Name} has no text", nameof(node));
        }
    }

    private static void Scalar(ComposeScalar scalar, int indent, StringBuilder output)
    {
        var text = scalar.Value;
        if (scalar.Kind == ScalarKind.Null)
            output.Append(" null\n");
        else if (scalar.Kind != ScalarKind.Text)
            output.Append(' ').Append(text).Append('\n');
        else if (IsBlock(text!))
            Block(text!, indent + 2, output);
        else
            output.Append(' ').Append(Line(text!)).Append('\n');
    }

    // Text of several lines stays readable as a literal block, when the block can hold it to the letter.
    private static bool IsBlock(string text) =>
        text.Contains('\n', StringComparison.Ordinal)
        && text.TrimEnd('\n').Length > 0
        && text[0] is not (' ' or '\n' or '\t')
        && text.Split('\n').All(line => line.Length == 0 || line.Trim().Length > 0)
        && text.All(character => character == '\n' || IsPrintable(character));

    private static void Block(string text, int indent, StringBuilder output)
    {
        var body = text.TrimEnd('\n');
        var breaks = text.Length - body.Length;
        output.Append(breaks switch { 0 => " |-\n", 1 => " |\n", _ => " |+\n" });
        foreach (var line in body.Split('\n'))
            output.Append(' ', line.Length == 0 ? 0 : indent).Append(line).Append('\n');

        output.Append('\n', Math.Max(0, breaks - 1));
    }

    private static string Line(string text) => IsPlain(text) ? text : Quoted(text);

    private static bool IsPlain(string text) =>
        (PlainText().IsMatch(text) && !SpecialWord().IsMatch(text) && !text.Contains(": ", StringComparison.Ordinal)
            && text[^1] != ':')
        || Duration().IsMatch(text);

    private static string Quoted(string text)
    {
        var result = new StringBuilder("\"", text.Length + 2);
        foreach (var character in text)
        {
            result.Append(character switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when IsPrintable(character) => character.ToString(),
                _ => FormattableString.Invariant($"\\u{(int)character:X4}"),
            });
        }

        return result.Append('"').ToString();
    }

    // Surrogates are the halves of a character beyond U+FFFF; a pair is written as it is.
    private static bool IsPrintable(char character) =>
        character is >= ' ' and <= '~' or (>= '\u00A1' and not '\u00AD' and not '\u2028' and not '\u2029' and not '\uFEFF' and < '\uFFFE');

    // Words that start with nothing YAML gives a meaning to, with single spaces between them.
    [GeneratedRegex(@"^([A-Za-z_/$]|\.\.?/)[A-Za-z0-9_./@%+=,;:~(){}$!?&*^<>|#\[\]\\'""-]*( [A-Za-z0-9_/$.(][A-Za-z0-9_./@%+=,;:~(){}$!?&*^<>|#\[\]\\'""-]*)*\z")]
    private static partial Regex PlainText();

    // What YAML 1.1 takes for a boolean or for nothing.
    [GeneratedRegex(@"^(y|n|yes|no|on|off|true|false|null)\z", RegexOptions.IgnoreCase)]
    private static partial Regex SpecialWord();

    [GeneratedRegex(@"^([0-9]+(h|ms|m|s|us))+\z")]
    private static partial Regex Duration();
}
