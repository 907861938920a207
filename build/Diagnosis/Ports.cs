using System.Globalization;
using System.Text.RegularExpressions;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis;

/// <summary>The port that is asked, beside those on which something listens.</summary>
internal static partial class Ports
{
    // The words of curl, wget, nc, Python and of our own probe. A published port without a listener behind it is accepted and then closed.
    private static readonly string[] Refusals =
        ["refused", "failed to connect", "couldn't connect", "could not connect", "can't connect", "closed without an answer", "connection reset", "reset by peer"];

    /// <summary>True when <paramref name="text"/> says that nobody took the connection.</summary>
    public static bool Refuses(string text) =>
        Refusals.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>The symptom of a service that is asked on a port where nobody listens, or that only it can reach; null when it is neither.</summary>
    public static Symptom? Wrong(ServiceHealth health, ContainerEvidence? seen, Service? service, string probe)
    {
        if (seen?.ListeningPorts is not { Count: > 0 } listening)
            return null;

        var decisive = probe.Length > 0 ? probe : health.Reason;
        if (PublishedPort(health, service) is { } published && listening.Contains(published) && seen.LoopbackPorts.Contains(published))
        {
            return new Symptom(
                FailureClass.WrongPort,
                string.Create(CultureInfo.InvariantCulture, $"it listens on 127.0.0.1:{published} only, where nothing outside its container reaches it"),
                string.Create(CultureInfo.InvariantCulture, $"let the program listen on 0.0.0.0:{published} (uvicorn --host 0.0.0.0, gunicorn -b 0.0.0.0:{published}, HOST=0.0.0.0, app.listen({published}, '0.0.0.0'))"),
                health.Reason)
            {
                SubCause = "localhost-only",
                Certainty = Certainty.Certain,
            };
        }

        if (Asked(health, listening, service, probe) is not { } asked)
            return null;

        var ports = string.Join(", ", listening.Select(port => port.ToString(CultureInfo.InvariantCulture)));
        return new Symptom(
            FailureClass.WrongPort,
            $"it listens on port {ports}, and is asked on port {asked}",
            $"let the program listen on {asked}, or change the port in healthcheck and ports to {ports}",
            decisive)
        {
            SubCause = "other-port",
            Certainty = Certainty.Certain,
        };
    }

    // The port that is asked and on which nothing listens; null when it is one that the process listens on.
    private static int? Asked(ServiceHealth health, IReadOnlyList<int> listening, Service? service, string probe)
    {
        if (Refuses(probe))
        {
            var asked = AskedPort().Match(string.Join(' ', service?.Healthcheck?.Test ?? [])) is { Success: true } match ? PortOf(match)
                : RefusedPort().Match(probe) is { Success: true } said ? PortOf(said) : null;
            if (asked is { } port && !listening.Contains(port))
                return port;
        }

        return PublishedPort(health, service) is { } published && !listening.Contains(published) ? published : null;
    }

    // The container's port behind the address that did not answer.
    private static int? PublishedPort(ServiceHealth health, Service? service) =>
        health.Terms.Any(term => term.Passed == false && term.Name.StartsWith("GET ", StringComparison.Ordinal) && Refuses(term.Observed))
            ? service?.Ports.FirstOrDefault(mapping => mapping.Protocol == "tcp" && mapping.HostPort == service.HealthUrl?.Url.Port)?.ContainerPort
            : null;

    private static int? PortOf(Match match) =>
        match.Groups["port"] is { Success: true } port ? int.Parse(port.Value, CultureInfo.InvariantCulture) : match.Value.StartsWith("https", StringComparison.Ordinal) ? 443 : 80;

    [GeneratedRegex(@"https?://[^/\s:""']+(?::(?<port>\d{1,5}))?|\bnc\b(?: -\w+)* \S+ (?<port>\d{1,5})\b")]
    private static partial Regex AskedPort();

    [GeneratedRegex(@"port (?<port>\d{1,5})|:(?<port>\d{2,5})\b")]
    private static partial Regex RefusedPort();
}
