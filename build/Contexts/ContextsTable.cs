using System.Globalization;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>The table of services that verification ends with, and what is to be done.</summary>
public static class ContextsTable
{
    private static readonly string[] Heads = ["#", "Service", "Build context", "Dockerfile", "Status"];

    // More hints than this are counted; the report has them all.
    private const int MostHints = 4;

    /// <summary>The lines: a row a service in the order of the file; then what blocks, as where, what, what would be right and what was seen; then
    /// a line for every other finding, hints counted when they are many; then the sum.</summary>
    /// <param name="verified">The verified rollout.</param>
    /// <param name="unicode">False for a terminal that shows ASCII only.</param>
    public static IReadOnlyList<string> Lines(VerifiedRollout verified, bool unicode = true)
    {
        var marks = unicode ? Marks.Unicode : Marks.Ascii;
        var rows = verified.Services.Select((service, index) => Row(service, index + 1, marks)).ToList();
        var widths = Heads.Select((head, column) => rows.Select(row => Width(row[column])).Append(head.Length).Max()).ToArray();
        return
        [
            Line(Heads, widths),
            Line([.. widths.Select(width => new string(unicode ? '─' : '-', width))], widths),
            .. rows.Select(row => Line(row, widths)),
            .. verified.AllFindings.Where(finding => finding.Blocks).SelectMany(finding => Describe(finding, marks)),
            .. Others([.. verified.AllFindings.Where(finding => !finding.Blocks)], marks),
            "",
            Sum(verified),
        ];
    }

    private static string[] Row(VerifiedService service, int number, Marks marks) =>
    [
        number.ToString(CultureInfo.InvariantCulture),
        Shown.Safe(service.Service.Name),
        service.Service.Build?.Reference switch
        {
            null => "N/A (pre-built image)",
            FolderContext folder => Shown.Safe(folder.Text),
            RepositoryContext { Path.Length: 0 } root => $"(root of {Shown.Safe(root.Repository.ToString())})",
            RepositoryContext context => Shown.Safe(context.Path),
            var other => Shown.Safe(ContextUrl.WithoutPassword(other.Text)),
        },
        service switch
        {
            { Service.Build: null } => $"{marks.Good} N/A",
            { Service.Build.DockerfileInline: not null } => $"{marks.Good} inline",
            { DockerfileFound: true } => $"{marks.Good} YES",
            { DockerfileFound: false } => $"{marks.Bad} NO",
            _ => $"{marks.Open} ?",
        },
        service.Verdict switch
        {
            Verdict.Ready => $"{marks.Good} Ready",
            Verdict.Blocked => $"{marks.Bad} Blocked",
            _ => $"{marks.Open} Unknown",
        },
    ];

    private static IEnumerable<string> Describe(Finding finding, Marks marks)
    {
        yield return "";
        yield return $"{marks.Bad} {Place(finding)}{Shown.Safe(finding.Where)}";
        yield return $"   what:  {finding.Message} [{finding.Rule} {finding.Failure.Name()}]";
        yield return $"   right: {finding.Suggestion}";
        foreach (var line in finding.Evidence)
            yield return $"   seen:  {Shown.Safe(line, 1000)}";
    }

    private static IEnumerable<string> Others(IReadOnlyList<Finding> findings, Marks marks)
    {
        var hints = findings.Where(finding => finding.Certainty == Certainty.Hint).ToList();
        if (findings.Count > 0)
            yield return "";

        foreach (var finding in findings.Where(finding => finding.Certainty != Certainty.Hint).Concat(hints.Count <= MostHints ? hints : []))
        {
            var accepted = finding.Accepted is { } reason ? $", accepted: {Shown.Safe(reason)}" : finding.Certainty == Certainty.Hint ? ", a hint" : "";
            yield return $"{marks.Open} {Place(finding)}{finding.Message}; {finding.Suggestion} [{finding.Rule}{accepted}]";
        }

        if (hints.Count > MostHints)
        {
            var rules = hints.CountBy(hint => hint.Rule).OrderBy(rule => rule.Key, StringComparer.Ordinal)
                .Select(rule => string.Create(CultureInfo.InvariantCulture, $"{rule.Key} {rule.Value}"));
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{marks.Open} {hints.Count} hints, which the report has in full: {string.Join(", ", rules)} (Explain --rule {hints[0].Rule} says what one means)");
        }
    }

    private static string Place(Finding finding) =>
        finding.File is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{Shown.Safe(finding.File)}:{finding.Line}: ");

    private static string Sum(VerifiedRollout verified)
    {
        int Count(Verdict verdict) => verified.Services.Count(service => service.Verdict == verdict);
        return string.Create(
            CultureInfo.InvariantCulture, $"{Count(Verdict.Ready)} ready, {Count(Verdict.Blocked)} blocked, {Count(Verdict.Unknown)} unknown");
    }

    private static string Line(IReadOnlyList<string> cells, int[] widths) =>
        string.Join("  ", cells.Select((cell, column) => cell + new string(' ', widths[column] - Width(cell)))).TrimEnd();

    // In a terminal the marks are as wide as two letters.
    private static int Width(string cell) => cell.Length + cell.Count(Marks.AreWide.Contains);

    private sealed record Marks(string Good, string Bad, string Open)
    {
        public const string AreWide = "✅❌❓";
        public static readonly Marks Unicode = new("✅", "❌", "❓");
        public static readonly Marks Ascii = new("ok", "!!", "??");
    }
}
