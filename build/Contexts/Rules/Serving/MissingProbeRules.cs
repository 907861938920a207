using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>VC404: a service that people reach says how to see that it is healthy. VC405: what another service waits for to be healthy has a health check;
/// without one the wait ends at once, as with docker compose.</summary>
internal sealed class MissingProbeRules : ServiceRule
{
    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        if (Proposal(subject) is { } proposal)
            yield return proposal;

        foreach (var dependency in subject.Service.DependsOn.Where(dependency => dependency.Condition == DependencyCondition.Healthy))
        {
            if (subject.Other(dependency.Service) is not { } other || IsWithoutProbe(other) is not { } isSure)
                continue;

            var known = KnownImage.Find(other.Service.Build is null ? other.Service.Image : null);
            yield return Findings.About(
                subject, $"depends_on/{dependency.Service}", "VC405", isSure ? dependency.Required ? Certainty.Certain : Certainty.Likely : Certainty.Hint,
                $"'{subject.Service.Name}' waits until '{dependency.Service}' is healthy, and "
                    + (isSure ? "that has no health check" : "its compose file and Dockerfile have no health check; its base image would have to bring one"),
                $"healthcheck: {{ test: {known?.Healthcheck ?? "[CMD, <a program that ends with 0 when it is healthy>]"}, interval: 5s }} in '{dependency.Service}'; or condition: service_started")
                .At(dependency.Location);
        }
    }

    // True when there is none for sure, false when only the base image could have one, null when there is one or nothing is known.
    private static bool? IsWithoutProbe(ServiceSubject subject)
    {
        var service = subject.Service;
        if (service.Healthcheck is { Disabled: true })
            return true;
        if (service.Healthcheck?.Test is not null)
            return null;
        if (service.Build is null)
            return BaseImage.Of(service.Image) is { HasNoHealthcheck: true } ? true : null;

        return subject.Image switch
        {
            null => null,
            { Healthcheck: { IsDisabled: true } } => true,
            { Healthcheck: not null } => null,
            var stage => BaseImage.Of(stage.BaseImage) is { HasNoHealthcheck: true } && !stage.IsReplaced,
        };
    }

    private static Finding? Proposal(ServiceSubject subject)
    {
        var service = subject.Service;
        // Nobody waits for its health: it is not published, or ends by itself.
        if (service.HealthUrl is not null || IsWithoutProbe(subject) != true || service.Healthcheck is { Disabled: true }
            || subject.Rollout.Services.Any(other => other.DependsOn.Any(it => it.Service == service.Name && it.Condition == DependencyCondition.CompletedSuccessfully)))
            return null;

        var known = KnownImage.Find(service.Build is null ? service.Image : null);
        var test = known?.Healthcheck ?? (service.Ports.Count > 0 && service.Build is not null ? Request(subject, service.Ports[0].ContainerPort) : null);
        return test is null
            ? null
            : Findings.About(subject, "healthcheck", "VC404", Certainty.Hint,
                $"'{service.Name}' has no health check: its phase can only say that it runs",
                $"healthcheck: {{ test: {test}, interval: 10s, start_period: 30s }}");
    }

    private static string? Request(ServiceSubject subject, int port)
    {
        var image = BaseImage.Of(subject.Image?.BaseImage);
        var url = FormattableString.Invariant($"http://localhost:{port}/");
        return image?.Repository switch
        {
            "python" => $"[CMD, python, -c, \"import urllib.request as r; r.urlopen('{url}')\"]",
            "node" => $"[CMD, node, -e, \"fetch('{url}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))\"]",
            _ when ProgramFinder.IsIn(image, "wget") == true => $"[CMD, wget, -qO, /dev/null, \"{url}\"]",
            _ when ProgramFinder.IsIn(image, "curl") == true => $"[CMD, curl, -fsS, \"{url}\"]",
            _ => null,
        };
    }
}
