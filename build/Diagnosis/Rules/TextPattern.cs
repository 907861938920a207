using System.Text;
using System.Text.RegularExpressions;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>A text with gaps, as a rule writes it: <c>password authentication failed for user {user}</c>. Case does not matter, a space stands for
/// any white space, a quotation mark for any of its kind. <c>^</c> at the beginning means the line begins so.</summary>
/// <remarks>What a gap takes follows from its name: <c>{host}</c> a host name or address, <c>{port}</c>, <c>{code}</c> and <c>{line}</c> digits,
/// <c>{error}</c> letters and digits such as E0308, <c>{compiler}</c> and <c>{nuget}</c> those of compilers and of NuGet, <c>{variable}</c> a name in
/// capitals, <c>{why}</c> any text up to what follows, <c>{*}</c> the same without keeping it, every other name one
/// word, with or without quotation marks.</remarks>
internal sealed class TextPattern
{
    // Longer lines are read around the places where the text can stand.
    private const int Before = 1000;
    private const int After = 2000;

    private const string Quotes = "\"'`´‘’“”";

    private readonly string sign;
    private readonly Lazy<Regex> regex;

    public TextPattern(string text)
    {
        Text = text;
        var anchored = text.StartsWith('^');
        var tokens = Tokens(anchored ? text[1..] : text);
        sign = tokens.Where(token => !token.IsGap).SelectMany(token => token.Text.Split([' ', .. Quotes])).MaxBy(word => word.Length) ?? "";
        regex = new Lazy<Regex>(() => new Regex(
            (anchored ? "^" : "") + string.Concat(tokens.Select((token, index) => Expression(token, isLast: index == tokens.Count - 1))),
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking));
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>Where the text stands in <paramref name="line"/>; null when it does not. Takes time linear in the line.</summary>
    public TextMatch? In(string line)
    {
        var first = line.IndexOf(sign, StringComparison.OrdinalIgnoreCase);
        if (first < 0)
            return null;

        if (line.Length <= Before + After)
            return Read(line, 0, line.Length);

        var last = line.LastIndexOf(sign, StringComparison.OrdinalIgnoreCase);
        return Around(line, first) ?? (last == first ? null : Around(line, last));
    }

    private TextMatch? Around(string line, int place) =>
        Read(line, Math.Max(0, place - Before), Math.Min(line.Length, place + After));

    private TextMatch? Read(string line, int start, int end)
    {
        if (regex.Value.Match(line[start..end]) is not { Success: true } match)
            return null;

        return new TextMatch(start + match.Index, match.Groups.Values.Where(group => group.Success && !char.IsAsciiDigit(group.Name[0]))
            .ToDictionary(group => group.Name, group => Value(group.Value)));
    }

    // Without the end of the sentence, the rest of a JSON record, and a quotation mark that nothing opens.
    private static string Value(string text)
    {
        var rest = text.IndexOf("\",\"", StringComparison.Ordinal);
        var value = (rest < 0 ? text : text[..rest]).Trim().TrimEnd('.', ',', ':', ';');
        return value.Length > 0 && value[^1] is '\'' or '"' && !Opens(value, value[^1]) ? value[..^1] : value;
    }

    // Not the apostrophe within a word: "can't create directory '/data'".
    private static bool Opens(string value, char quote)
    {
        var opened = false;
        for (var index = 0; index < value.Length - 1; index++)
            if (value[index] == quote && (opened || index == 0 || !char.IsLetterOrDigit(value[index - 1])))
                opened = !opened;
        return opened;
    }

    private static string Expression(Token token, bool isLast)
    {
        if (!token.IsGap)
            return Literal(token.Text);

        var lazy = isLast ? "" : "?";
        return token.Text switch
        {
            "*" => ".*?",
            "why" => $"(?<why>.+{lazy})",
            "host" => $@"[{Quotes}(\[]?(?<host>[0-9a-f]*::[0-9a-f:.]*|[\w.-]*\w)[{Quotes})\]]?",
            "port" or "code" or "line" => $@"[{Quotes}]?(?<{token.Text}>[0-9]+)[{Quotes}]?",
            "error" => "(?<error>[a-z]+[0-9]+)",
            "compiler" => "(?<compiler>(?:CS|TS|FS|BC|NG|RZ)[0-9]+)",
            "nuget" => "(?<nuget>NU1[0-24-9][0-9]{2})",
            "variable" => $"[{Quotes}]?(?<variable>(?-i:[A-Z][A-Z0-9_]+))[{Quotes}]?",
            _ => $@"[{Quotes}]?(?<{token.Text}>[^\s{Quotes},;()]+{lazy})[{Quotes}]?",
        };
    }

    private static string Literal(string text)
    {
        var expression = new StringBuilder();
        foreach (var character in text)
        {
            if (character == ' ')
                expression.Append(@"\s+");
            else if (Quotes.Contains(character, StringComparison.Ordinal))
                expression.Append('[').Append(Quotes).Append(']');
            else
                expression.Append(Regex.Escape(character.ToString()));
        }

        return expression.ToString();
    }

    private static List<Token> Tokens(string text)
    {
        List<Token> tokens = [];
        var start = 0;
        while (start < text.Length)
        {
            var open = text.IndexOf('{', start);
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0)
            {
                tokens.Add(new Token(text[start..], IsGap: false));
                break;
            }

            if (open > start)
                tokens.Add(new Token(text[start..open], IsGap: false));
            tokens.Add(new Token(text[(open + 1)..close], IsGap: true));
            start = close + 1;
        }

        return tokens;
    }

    private sealed record Token(string Text, bool IsGap);
}

/// <summary>A text that was found.</summary>
/// <param name="Start">Where it begins in the line.</param>
/// <param name="Values">What its gaps hold.</param>
internal sealed record TextMatch(int Start, IReadOnlyDictionary<string, string> Values);
