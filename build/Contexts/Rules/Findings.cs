using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>Puts a finding where it belongs in the compose file.</summary>
internal static class Findings
{
    /// <summary>A finding about <paramref name="key"/> of <paramref name="service"/>; its line is that of the key, or of the nearest one above it.</summary>
    public static Finding About(
        Service service, string key, string rule, FailureClass failure, Certainty certainty, string message, string suggestion)
    {
        var location = service.Location;
        for (var written = key; written.Length > 0; written = written[..Math.Max(written.LastIndexOf('/'), 0)])
        {
            if (service.Locations.TryGetValue(written, out var found))
            {
                location = found;
                break;
            }
        }

        return new Finding(rule, failure, certainty, Shown.Safe(message, 2000), $"services/{service.Name}/{key}", Shown.Safe(suggestion, 2000))
        {
            Service = service.Name,
            File = location.File,
            Line = location.Line,
        };
    }

    /// <summary><paramref name="finding"/> with the user's reason when one of <paramref name="accepted"/> covers it.</summary>
    public static Finding Judge(Finding finding, IEnumerable<AcceptedFinding> accepted) =>
        finding with { Accepted = accepted.FirstOrDefault(it => it.Covers(finding))?.Reason };
}
