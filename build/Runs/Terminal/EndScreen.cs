using PhasedRollout.Diagnosis;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs.Terminal;

/// <summary>The last lines of a run: what a person reads who reads nothing else. They fit one screen of 24 lines of 80 columns.</summary>
internal static class EndScreen
{
    private const int EvidenceLines = 3;
    private const int CauseLines = 3;
    private const int RemedyLines = 4;
    private const int Indent = 9;

    /// <summary>The lines.</summary>
    /// <param name="model">The run.</param>
    /// <param name="report">The path of the report, or null when it could not be written.</param>
    /// <param name="width">The terminal's columns.</param>
    /// <param name="isColoured">Whether colours are wanted.</param>
    public static IReadOnlyList<string> Lines(ReportModel model, string? report, int width, bool isColoured)
    {
        List<string> lines = [""];
        if (model.Diagnoses is [var first, ..])
        {
            lines.AddRange(Labelled("Cause", $"{first.Cause} ({first.Failure.Name()}{(first.Service is { } service ? $", {service}" : "")})", width, CauseLines, isColoured ? "\e[31m" : null));
            lines.AddRange(Telling(first.Evidence).Select(line => new string(' ', Indent) + LiveProgress.Fit("| " + line, width - Indent)));
            lines.AddRange(Labelled("Fix", first.Remedy, width, RemedyLines, null));
            // Whole, also where it is longer than the screen is wide: it is there to be copied.
            lines.Add("Next".PadRight(Indent) + Painted(first.NextCommand.ReplaceLineEndings(" "), isColoured ? "\e[1m" : null));
            if (model.Diagnoses.Count > 1)
                lines.AddRange(Labelled("Also", string.Join(", ", model.Diagnoses.Skip(1).Select(Brief)), width, 2, null));
        }
        else
        {
            lines.AddRange(Labelled("Result", ReportSummary.Sentence(model), width, 2, null));
        }

        if (report is not null)
            lines.Add("Report".PadRight(Indent) + report);
        return lines;
    }

    // A log tells most at its end; what stands above its last lines is in the report.
    private static IEnumerable<string> Telling(IReadOnlyList<string> evidence) =>
        evidence.SelectMany(line => line.Split('\n')).Where(line => !string.IsNullOrWhiteSpace(line)).Take(EvidenceLines);

    private static string Brief(FailureDiagnosis diagnosis) =>
        diagnosis.Service is { } service ? $"{diagnosis.Failure.Name()} ({service})" : diagnosis.Failure.Name();

    private static IEnumerable<string> Labelled(string label, string text, int width, int most, string? colour)
    {
        var wrapped = Wrap(text, Math.Max(width - Indent, 20));
        if (wrapped.Count > most)
            wrapped = [.. wrapped.Take(most - 1), wrapped[most - 1][..Math.Max(wrapped[most - 1].Length - 2, 0)].TrimEnd() + " …"];
        return wrapped.Select((line, index) => (index == 0 ? label : "").PadRight(Indent) + Painted(line, colour));
    }

    private static List<string> Wrap(string text, int width)
    {
        List<string> lines = [];
        var line = "";
        foreach (var word in text.Split((char[])[' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = word;
            if (line.Length > 0 && line.Length + 1 + rest.Length > width)
            {
                lines.Add(line);
                line = "";
            }

            for (; rest.Length > width; rest = rest[width..])
                lines.Add(rest[..width]);
            line = line.Length == 0 ? rest : $"{line} {rest}";
        }

        if (line.Length > 0 || lines.Count == 0)
            lines.Add(line);
        return lines;
    }

    private static string Painted(string text, string? colour) => colour is null ? text : $"{colour}{text}\e[0m";
}
