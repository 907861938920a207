using System.Text;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>Cuts a file into logical lines and heredocs; what a line says is the <see cref="InstructionParser"/>'s part.</summary>
internal sealed class DockerfileParser
{
    // bufio.MaxScanTokenSize, the line break included.
    private const int LongestLine = 64 * 1024;

    private readonly List<string> lines = [];
    private readonly List<DockerfileProblem> problems = [];
    private readonly List<ParserDirective> directives = [];
    private readonly List<Instruction> instructions = [];
    private readonly DirectiveReader directiveReader = new();
    private readonly string? syntax;
    private char escape = '\\';
    private int next;

    public DockerfileParser(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];

        for (var rest = bytes; rest.Length > 0;)
        {
            var end = rest.IndexOf((byte)'\n');
            var length = end < 0 ? rest.Length : end + 1;
            if (length > LongestLine || (end < 0 && length == LongestLine))
                Problem(lines.Count + 1, ProblemKind.Refused, $"the line is longer than the {LongestLine - 1} bytes that a builder reads",
                    "break the line, or move the text to a file and COPY it");
            lines.Add(Encoding.UTF8.GetString(rest[..length]));
            rest = rest[length..];
        }

        // Only the lines at the top can say it; a JSON document may be all of the file.
        syntax = SyntaxDirective.Find(lines, lines.Count > 0 && lines[0].TrimStart().StartsWith('{') ? string.Concat(lines) : "");
    }

    public Dockerfile Parse()
    {
        while (next < lines.Count)
            ReadInstruction();

        if (instructions.Count == 0)
            Problem(Math.Max(lines.Count, 1), ProblemKind.Refused, "the file has no instructions", "start with FROM");
        else
            problems.AddRange(DockerfileChecker.Check(instructions));

        return new Dockerfile
        {
            Instructions = instructions,
            Problems = [.. problems.OrderBy(problem => problem.Line)],
            Directives = directives,
            Escape = escape,
            Syntax = syntax,
        };
    }

    private void ReadInstruction()
    {
        var start = next + 1;
        var (text, isComplete) = TrimContinuation(ReadLine(TrimEnd(lines[next]).TrimStart()));
        if (isComplete && text.Length == 0)
            return;

        if (!isComplete)
            text = ReadContinuation(text, start);

        var instruction = new InstructionParser(escape, problems).Parse(text, start) with { EndLine = next };
        if (MayHoldHeredocs(instruction))
            instruction = ReadHeredocs(instruction, HeredocWord.FindAll(text));

        instructions.Add(instruction);
    }

    private string ReadContinuation(string first, int start)
    {
        var text = new StringBuilder(first);
        var hasEmptyLine = false;
        for (var isComplete = false; !isComplete && next < lines.Count;)
        {
            var trimmed = TrimEnd(lines[next]);
            var line = ReadLine(trimmed);
            if (trimmed.AsSpan().TrimStart() is ['#', ..])
                continue;

            if (string.IsNullOrWhiteSpace(line))
            {
                hasEmptyLine = true;
                continue;
            }

            (line, isComplete) = TrimContinuation(line);
            text.Append(line);
        }

        if (hasEmptyLine)
            Problem(start, ProblemKind.Suspicious, "an empty line stands within the instruction; later builders will refuse it", "remove the empty line");

        return text.ToString();
    }

    // Without its comment; a line at the top of the file may be a directive.
    private string ReadLine(string line)
    {
        next++;
        var (directive, error) = directiveReader.Read(line, next);
        if (error is not null)
            Problem(next, ProblemKind.Refused, error, "remove one of them");
        if (directive is not null)
            Take(directive);

        return line.StartsWith('#') ? "" : line;
    }

    private void Take(ParserDirective directive)
    {
        directives.Add(directive);
        if (directive.Name != "escape")
            return;

        if (directive.Value is "\\" or "`")
            escape = directive.Value[0];
        else
            Problem(directive.Line, ProblemKind.Refused, $"'{directive.Value}' is no escape character", "# escape=\\ or # escape=`");
    }

    // The escape character is the last but for blanks, and does not follow another one.
    private (string Text, bool IsComplete) TrimContinuation(string line)
    {
        var end = line.AsSpan().TrimEnd(" \t").Length;
        return end > 0 && line[end - 1] == escape && (end == 1 || line[end - 2] != escape) ? (line[..(end - 1)], false) : (line, true);
    }

    private static bool MayHoldHeredocs(Instruction instruction) =>
        (instruction.Trigger ?? instruction) is { Keyword: "ADD" or "COPY" or "RUN", IsJson: false };

    private Instruction ReadHeredocs(Instruction instruction, IReadOnlyList<HeredocWord> words)
    {
        var heredocs = new List<Heredoc>();
        foreach (var word in words)
        {
            var first = next + 1;
            var content = new StringBuilder();
            var isClosed = false;
            while (!isClosed && next < lines.Count)
            {
                var line = lines[next++];
                var end = TrimEnd(line);
                isClosed = (word.StripsTabs ? end.TrimStart('\t') : end) == word.Name;
                if (!isClosed)
                    content.Append(line);
            }

            heredocs.Add(new Heredoc(word.Name, word.Expands, word.StripsTabs, content.ToString(), first));
            if (!isClosed)
                Problem(instruction.Line, ProblemKind.Refused, $"the heredoc '{word.Name}' is not closed", $"a line that holds nothing but {word.Name}");
        }

        return heredocs.Count == 0 ? instruction : instruction with { Heredocs = heredocs, EndLine = next };
    }

    private static string TrimEnd(string line) => line.TrimEnd('\r', '\n');

    private void Problem(int line, ProblemKind kind, string message, string remedy) => problems.Add(new DockerfileProblem(line, kind, message, remedy));
}
