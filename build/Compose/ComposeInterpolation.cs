using System.Text;

namespace PhasedRollout.Compose;

/// <summary>A variable that a text needs and that has no value.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Message">What the author wrote after <c>?</c>, or null.</param>
public sealed record MissingVariable(string Name, string? Message);

/// <summary>A text with its variables replaced.</summary>
/// <param name="Text">The text; a variable without a value stands in it as it was written, such as <c>${VPS_HOST}</c>.</param>
/// <param name="Missing">The variables without a value.</param>
/// <param name="Used">The names of the variables whose values stand in the text.</param>
public sealed record InterpolatedText(string Text, IReadOnlyList<MissingVariable> Missing, IReadOnlyList<string> Used)
{
    /// <summary>True when every variable had a value or a default.</summary>
    public bool IsComplete => Missing.Count == 0;
}

/// <summary>Compose's variables: <c>$A</c>, <c>${A}</c>, <c>${A:-x}</c>, <c>${A-x}</c>, <c>${A:?m}</c>, <c>${A?m}</c>, <c>${A:+x}</c>, <c>${A+x}</c>,
/// nested ones, and <c>$$</c> for a dollar. The grammar is that of the Compose Specification, chapter "Interpolation"; a dollar before
/// anything else is a dollar, as it is for Docker Compose 2.</summary>
public static class ComposeInterpolation
{
    private const int DeepestNesting = 20;

    /// <summary>Replaces the variables of <paramref name="text"/>.</summary>
    /// <exception cref="FormatException">The text is malformed; the message says where and what would be right.</exception>
    public static InterpolatedText Apply(string text, VariableSet variables)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
            return new InterpolatedText(text, [], []);

        var missing = new List<MissingVariable>();
        var used = new List<string>();
        return new InterpolatedText(Replace(text, variables, missing, used, 0), missing, used);
    }

    private static string Replace(string text, VariableSet variables, List<MissingVariable> missing, List<string> used, int depth)
    {
        if (depth > DeepestNesting)
            throw new FormatException($"variables are nested more than {DeepestNesting} levels deep");

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var next = i + 1 < text.Length ? text[i + 1] : '\0';
            if (text[i] != '$' || !(next is '$' or '{' || StartsName(next)))
            {
                result.Append(text[i]);
            }
            else if (next == '$')
            {
                result.Append('$');
                i++;
            }
            else if (next == '{')
            {
                var end = Closing(text, i + 2);
                result.Append(Braced(text[(i + 2)..end], variables, missing, used, depth));
                i = end;
            }
            else
            {
                var end = NameEnd(text, i + 1);
                result.Append(Plain(text[(i + 1)..end], text[i..end], variables, missing, used));
                i = end - 1;
            }
        }

        return result.ToString();
    }

    private static string Braced(string body, VariableSet variables, List<MissingVariable> missing, List<string> used, int depth)
    {
        var end = NameEnd(body, 0);
        var name = body[..end];
        var written = "${" + body + "}";
        if (name.Length == 0 || !StartsName(name[0]))
            throw Malformed(written, "a variable's name is letters, digits and '_', not starting with a digit");
        if (end == body.Length)
            return Plain(name, written, variables, missing, used);

        var colon = body[end] == ':';
        var sign = end + (colon ? 1 : 0) < body.Length ? body[end + (colon ? 1 : 0)] : '\0';
        var argument = sign is '-' or '+' or '?' ? body[(end + (colon ? 2 : 1))..] : "";
        var value = variables[name];
        var given = colon ? !string.IsNullOrEmpty(value) : value is not null;
        switch (sign)
        {
            case '-':
                return given ? Use(name, value!, used) : Replace(argument, variables, missing, used, depth + 1);
            case '+':
                return given ? Replace(argument, variables, missing, used, depth + 1) : "";
            case '?' when given:
                return Use(name, value!, used);
            case '?':
                var message = Replace(argument, variables, [], [], depth + 1);
                missing.Add(new MissingVariable(name, message.Length == 0 ? null : message));
                return written;
            default:
                throw Malformed(written, "after the name comes '}', or one of :- - :? ? :+ + with its text");
        }
    }

    private static string Plain(string name, string written, VariableSet variables, List<MissingVariable> missing, List<string> used)
    {
        if (variables[name] is { } value)
            return Use(name, value, used);

        missing.Add(new MissingVariable(name, null));
        return written;
    }

    private static string Use(string name, string value, List<string> used)
    {
        used.Add(name);
        return value;
    }

    private static int Closing(string text, int start)
    {
        var depth = 1;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{')
                (depth, i) = (depth + 1, i + 1);
            else if (text[i] == '}' && --depth == 0)
                return i;
        }

        throw Malformed(text[(start - 2)..], "close it with '}'");
    }

    private static int NameEnd(string text, int start)
    {
        var end = start;
        while (end < text.Length && (StartsName(text[end]) || char.IsAsciiDigit(text[end])))
            end++;

        return end;
    }

    private static bool StartsName(char character) => char.IsAsciiLetter(character) || character == '_';

    private static FormatException Malformed(string written, string right) =>
        new($"the variable '{Shortened(written)}' is malformed: {right}; write '$$' for a dollar that starts no variable");

    private static string Shortened(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
