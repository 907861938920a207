using System.Globalization;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>Puts a finding where it belongs in the compose file.</summary>
public static class Findings
{
    /// <summary>A finding of a rule of the catalogue about <paramref name="key"/> of a service; its kind of failure is the rule's.</summary>
    public static Finding About(ServiceSubject subject, string key, string rule, Certainty certainty, string message, string suggestion) =>
        About(subject.Service, key, rule, RuleCatalog.Find(rule)!.Failure, certainty, message, suggestion);

    /// <summary>One piece of evidence: a line of the Dockerfile.</summary>
    public static string OfDockerfile(ServiceSubject subject, int line, string text) =>
        Shown.Safe(string.Create(CultureInfo.InvariantCulture, $"{subject.DockerfileName}:{line}: {text}"));

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
