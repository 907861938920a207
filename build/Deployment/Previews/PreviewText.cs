using System.Text.Encodings.Web;
using System.Text.Json;

namespace PhasedRollout.Deployment.Previews;

/// <summary>Shows a preview to people and to programs.</summary>
public static class PreviewText
{
    // For a terminal and for files, never inside of HTML.
    private static readonly PreviewJson Readable = new(new JsonSerializerOptions(PreviewJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>One line a service, and below it one line an operation, each with its cause.</summary>
    public static IReadOnlyList<string> Lines(IReadOnlyList<PhasePreview> phases)
    {
        var lines = new List<string>();
        foreach (var phase in phases)
        {
            lines.Add(FormattableString.Invariant($"Phase {phase.Number}, {phase.Title}: {(phase.IsNothing ? "nothing to do" : Summary(phase))}"));
            lines.AddRange(phase.Services.Where(service => service.Change != "keep").Select(service => $"  {service.Change} {service.Service}{(service.How is { } how ? $" {how}" : "")}: {service.Cause}"));
            lines.AddRange(phase.Operations.Select(operation => $"    {operation.Operation} {operation.Subject}: {operation.Cause}"
                + (operation.Step == "after the gate" ? " (after the gate)" : "")));
        }

        if (phases.All(phase => phase.IsNothing))
            lines.Add("Nothing to do: everything is as asked.");
        return lines;
    }

    /// <summary>The same as a JSON document: <c>schema</c>, <c>project</c>, <c>nothingToDo</c>, <c>phases</c>.</summary>
    public static string Json(string project, IReadOnlyList<PhasePreview> phases) => JsonSerializer.Serialize(
        new PreviewDocument(
            "phased-rollout/preview/1",
            project,
            phases.All(phase => phase.IsNothing),
            [.. phases.Select(phase => new PreviewedPhase(phase.Number, phase.Title, phase.IsNothing, phase.Services, phase.Operations))]),
        Readable.PreviewDocument);

    private static string Summary(PhasePreview phase) => string.Join(", ", phase.Services.GroupBy(service => service.Change)
        .Select(change => FormattableString.Invariant($"{change.Count()} to {change.Key}")))
        .Replace("to blocked", "blocked", StringComparison.Ordinal);
}
