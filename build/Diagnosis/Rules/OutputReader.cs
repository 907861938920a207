using System.Text.RegularExpressions;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>Finds in a program's output the line that says why it failed.</summary>
/// <param name="rules">The table to hold the lines against.</param>
/// <param name="about">What is known besides the output.</param>
internal sealed partial class OutputReader(IReadOnlyList<FailureRule> rules, OutputContext about)
{
    // A symptom this many lines after a cause is what the cause led to, else something else.
    private const int LinesOfConsequences = 15;

    private const int LinesNearby = 6;
    private const int LinesOfOneError = 40;
    private const int LongestExcerpt = 500;

    private readonly FailureRule[] causes = [.. rules.Where(rule => rule.Rank == RuleRank.Cause)];
    private readonly FailureRule[] symptoms = [.. rules.Where(rule => rule.Rank == RuleRank.Symptom)];
    private readonly FailureRule[] lastResorts = [.. rules.Where(rule => rule.Rank == RuleRank.LastResort)];

    /// <summary>What the output of a builder says: its first error, for the ones after it follow from that.</summary>
    public Symptom? ReadFirst(IEnumerable<string> output)
    {
        var lines = OutputLine.Clean(output);
        foreach (var ranked in new[] { causes, symptoms, lastResorts })
            for (var index = 0; index < lines.Count; index++)
                if (Find(ranked, lines, index) is { } reading)
                    return Told(reading, lines);

        return null;
    }

    /// <summary>What the log of a program says: the last error, for what came before did not end it; but an exception that was thrown because of another
    /// one leads back to that.</summary>
    public Symptom? ReadLast(IEnumerable<string> output)
    {
        var lines = OutputLine.Clean(output);
        var cause = Last(lines, causes);
        var symptom = Last(lines, symptoms);
        var known = symptom is not null && (cause is null || symptom.Index > cause.Index + LinesOfConsequences) && !IsChained(lines, cause, symptom) ? symptom : cause;
        var thrown = LastThrown(lines);
        if (known is not null && thrown is not null && thrown.Index > known.Index + 2 && !IsChained(lines, known, thrown))
            known = null;

        return known is not null ? Told(WithHost(known, lines), lines) : thrown is not null ? Told(thrown, lines) : null;
    }

    /// <summary>The last line that looks like an error; null when none does.</summary>
    public static string? LastErrorLine(IEnumerable<string> output) => output.LastOrDefault(line => ErrorWord().IsMatch(line.Length > 2000 ? line[..2000] : line));

    private static bool IsChained(IReadOnlyList<string> lines, Reading? first, Reading then) =>
        first is not null && lines.Skip(first.Index).Take(then.Index - first.Index + 1).Any(line => Chained().IsMatch(line.Length > 2000 ? line[..2000] : line));

    private Reading? Last(IReadOnlyList<string> lines, FailureRule[] ranked)
    {
        for (var index = lines.Count - 1; index >= 0; index--)
            if (Find(ranked, lines, index) is { } reading)
                return reading;

        return null;
    }

    // Of several lines that say the same, one names the host: "Failed to connect to 10.0.0.9:5432 ---> Connection refused".
    private static Reading WithHost(Reading reading, IReadOnlyList<string> lines)
    {
        if (reading.Match.Values.ContainsKey("host") || !reading.Rule.Cause.Contains("{host", StringComparison.Ordinal))
            return reading;

        var start = Math.Max(0, reading.Index - LinesOfOneError);
        return lines.Skip(start).Take(LinesOfOneError + LinesNearby).Select(line => reading.Rule.In(line.Trim()))
            .FirstOrDefault(match => match?.Values.ContainsKey("host") == true) is { } named ? reading with { Match = named with { Start = reading.Match.Start } } : reading;
    }

    private Reading? LastThrown(IReadOnlyList<string> lines)
    {
        for (var index = lines.Count - 1; index >= 0; index--)
        {
            if (Find(lastResorts, lines, index) is { } reading)
                return reading;

            var line = lines[index].Trim();
            if (line.Length <= 2000 && Exception().Match(line) is { Success: true } thrown)
                return new Reading(Thrown, index, line, new TextMatch(0, new Dictionary<string, string> { ["why"] = thrown.Groups["error"].Value }));
        }

        return null;
    }

    private Reading? Find(FailureRule[] ranked, IReadOnlyList<string> lines, int index)
    {
        var line = lines[index].Trim();
        foreach (var rule in ranked)
            if (rule.In(line) is { } match && (rule.Subject == RuleSubject.Anything || SpeaksOfDatabase(lines, index)))
                return new Reading(rule, index, line, match);

        return null;
    }

    private bool SpeaksOfDatabase(IReadOnlyList<string> lines, int index) =>
        about.Databases.Any(database => DatabaseWords.Names(lines[index], database))
        || Nearby(lines, index).Any(line => DatabaseWords.Find(line) is not null);

    // The lines beside it, and the whole stack that stands before or after it.
    private static IEnumerable<string> Nearby(IReadOnlyList<string> lines, int index)
    {
        var first = Math.Max(0, index - LinesNearby);
        while (first > 0 && index - first < LinesOfOneError && lines[first].StartsWith(' '))
            first--;

        var last = Math.Min(lines.Count - 1, index + (LinesNearby / 2));
        while (last < lines.Count - 1 && last - index < LinesOfOneError && lines[last].StartsWith(' '))
            last++;

        return lines.Skip(first).Take(last - first + 1).Select(line => line.Length > 4000 ? line[..4000] : line);
    }

    private Symptom Told(Reading reading, IReadOnlyList<string> lines)
    {
        string Fill(string template) => PlainText.Line(Template.Fill(template, name => Value(name, reading, lines)), LongestExcerpt);

        var rule = reading.Rule;
        return new Symptom(rule.Class, Fill(rule.Cause), Fill(rule.Remedy), Excerpt(reading), rule.NextCommand is { } command ? Fill(command) : null)
        {
            Rule = rule.Id,
            SubCause = rule.SubCause,
            Certainty = rule.Subject == RuleSubject.Database && rule.Certainty == Certainty.Certain && !IsPlain(reading) ? Certainty.Likely : rule.Certainty,
            Host = reading.Match.Values.GetValueOrDefault("host"),
        };
    }

    private string? Value(string name, Reading reading, IReadOnlyList<string> lines) => name switch
    {
        "service" => about.Service,
        "server" => Server(reading, lines),
        "before" => lines.Take(reading.Index).LastOrDefault(line => line.Trim().Length > 0)?.Trim(),
        "after" => lines.Skip(reading.Index + 1).FirstOrDefault(line => line.Trim().Length > 0)?.Trim(),
        "whole_line" => PlainText.Line(reading.Line, 200),
        "line_itself" => PlainText.Line(reading.Line[Math.Min(reading.Match.Start, reading.Line.Length)..], 200),
        _ => reading.Match.Values.GetValueOrDefault(name) ?? about.Given.GetValueOrDefault(name),
    };

    private string Server(Reading reading, IReadOnlyList<string> lines) =>
        about.Databases.FirstOrDefault(database => DatabaseWords.Names(reading.Line, database))?.Server
        ?? DatabaseWords.Find(reading.Line)
        ?? Nearby(lines, reading.Index).Select(DatabaseWords.Find).FirstOrDefault(server => server is not null)
        ?? "the server";

    // The line itself, not only its neighbours, shows that a database is meant.
    private bool IsPlain(Reading reading) =>
        DatabaseWords.Find(reading.Line) is not (null or "the database server") || about.Databases.Any(database => DatabaseWords.Names(reading.Line, database));

    private static string Excerpt(Reading reading)
    {
        var line = reading.Line;
        if (line.Length <= LongestExcerpt)
            return line;

        var start = Math.Max(0, reading.Match.Start - (LongestExcerpt / 5));
        return (start > 0 ? "… " : "") + PlainText.Line(line[start..Math.Min(line.Length, start + LongestExcerpt)], LongestExcerpt);
    }

    private static readonly FailureRule Thrown = new("exception", FailureClass.CrashLoop, "unhandled-exception")
    {
        Cause = "{why}",
        Remedy = "correct what the line says",
        Certainty = Certainty.Likely,
        Rank = RuleRank.LastResort,
        Examples = [],
    };

    private sealed record Reading(FailureRule Rule, int Index, string Line, TextMatch Match);

    [GeneratedRegex(@"^(?:\S{1,200}\s)?(?<error>[A-Za-z_][\w.:]{0,150}(?:Error|Exception|Exit|Interrupt)\b(?:: .+)?)$|\b(?<error>(?:FATAL|CRITICAL|PANIC)\b.{3,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Exception();

    [GeneratedRegex(@"direct cause of the following|During handling of the above|Caused by:|\[cause\]|--->|End of inner exception", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Chained();

    [GeneratedRegex(@"\b(?:error|failed|failure|fatal|cannot|could not|unable|exception|panic)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ErrorWord();
}

/// <summary>What is known of the program whose output is read.</summary>
/// <param name="Service">The service's name, or null.</param>
/// <param name="Databases">The databases and caches in its own connection strings.</param>
internal sealed record OutputContext(string? Service, IReadOnlyList<DatabaseServer> Databases)
{
    /// <summary>Values for gaps that no text holds, such as <c>image</c>.</summary>
    public IReadOnlyDictionary<string, string> Given { get; init; } = new Dictionary<string, string>();
}
