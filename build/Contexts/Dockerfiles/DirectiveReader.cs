namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>Reads the parser directives, which stand in front of everything else, each once.</summary>
internal sealed class DirectiveReader(string comment = "#")
{
    private static readonly string[] Known = ["syntax", "escape", "check"];

    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    /// <summary>True once a line was no directive: from there on everything is an ordinary comment.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Reads the next line of the file.</summary>
    public (ParserDirective? Directive, string? Error) Read(string line, int number)
    {
        if (IsDone)
            return default;

        if (Split(line) is not var (name, value) || !Known.Contains(name, StringComparer.Ordinal))
        {
            IsDone = true;
            return default;
        }

        return seen.Add(name)
            ? (new ParserDirective(name, value, number), null)
            : (null, $"only one {name} parser directive can be used");
    }

    private (string Name, string Value)? Split(string line)
    {
        if (!line.StartsWith(comment, StringComparison.Ordinal))
            return null;

        var text = line.AsSpan(comment.Length).TrimStart();
        var length = 0;
        while (length < text.Length && (char.IsAsciiLetter(text[length]) || (length > 0 && char.IsAsciiDigit(text[length]))))
            length++;

        var rest = text[length..].TrimStart();
        if (length == 0 || rest is not ['=', ..] || rest[1..].Trim() is not { Length: > 0 } value)
            return null;

        return (text[..length].ToString().ToLowerInvariant(), value.ToString());
    }
}
