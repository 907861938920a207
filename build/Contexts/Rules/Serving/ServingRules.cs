using System.Globalization;
using System.Text.RegularExpressions;
using PhasedRollout.Compose;
using PhasedRollout.Contexts.Rules.Wiring;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>VC301 and VC402: the port that the compose file publishes and probes is the one that the image will really listen on. Certain only where a server whose
/// port is known for sure stands against a probe that the gate waits for.</summary>
internal sealed partial class ServingRules : ServiceRule
{
    private const int MostScripts = 3;

    /// <inheritdoc/>
    public override IEnumerable<string> Files(ServiceSubject subject)
    {
        if (subject.Image is null || StartCommand.Of(subject) is not { } start)
            return [];

        // "npm start", also within the text of a shell.
        var text = string.Join(' ', start.Words);
        var managers = new[] { "npm", "yarn", "pnpm", "bun" };
        return
        [
            .. start.Words.OfType<string>().SelectMany(word => word.Split(' ')).Where(IsScript)
                .Select(word => ServingContext.Find(subject, word)).OfType<string>().Distinct().Take(MostScripts),
            .. managers.Any(manager => text.Contains(manager, StringComparison.Ordinal)) ? [subject.InContext("package.json")] : Array.Empty<string>(),
            .. text.Contains("manage.py", StringComparison.Ordinal) && ServingContext.Find(subject, "manage.py") is { } manage ? [manage] : Array.Empty<string>(),
            .. Application(subject) is { } source ? [source] : Array.Empty<string>(),
            .. ServingContext.NginxFiles(subject).OfType<string>(),
        ];
    }

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        // On the host's network the port is the host's own, and nothing is published.
        if (subject.Service.NetworkMode is not null || HasOpenPorts(subject))
            return [];

        var context = new ServingContext(subject);
        var start = StartCommand.Of(subject);
        var listeners = start is null ? [] : ServerFinder.Find(start, context);
        var probe = Probe.Of(subject, context);
        var published = subject.Service.Ports.Where(port => port.Protocol == "tcp").ToList();
        // Another service in the same network, and a file from elsewhere, may do the rest.
        if (IsShared(subject) || BroughtFiles.MayHide(subject.Rollout, subject.Service))
            listeners = [.. listeners.Select(listener => listener with { IsSure = false })];
        if (listeners.FirstOrDefault(listener => listener.Broken is not null) is { } broken)
            return [Broken(subject, start!, broken)];

        if (listeners.Count == 0 || listeners.Any(listener => listener.Port is null))
            return Unheard(subject, context, probe, published);

        var findings = new List<Finding>();
        if (WrongPublished(subject, start!, listeners, probe, published) is { } wrong)
            findings.Add(wrong);
        else if (Loopback(subject, start!, listeners, published) is { } closed)
            findings.Add(closed);

        if (WrongProbe(subject, start!, listeners, probe, findings.Count > 0 ? published : []) is { } missed)
            findings.Add(missed);

        return [.. findings, .. WrongAddress(subject)];
    }

    private static Finding? WrongPublished(
        ServiceSubject subject, StartCommand start, IReadOnlyList<Listener> listeners, Probe? probe, List<PortMapping> published)
    {
        if (published.Count == 0 || published.Any(port => listeners.Any(listener => listener.Port == port.ContainerPort)))
            return null;

        var port = published.FirstOrDefault(it => IsWaitedFor(subject.Service, it)) ?? published[0];
        var listener = listeners[0];
        var isProbed = probe is { AlwaysSucceeds: false, HasAlternative: false }
            && probe.Targets() is { Count: > 0 } targets && targets.All(target => published.Any(it => it.ContainerPort == target.Port));
        var certainty = listeners.All(it => it.IsSure) && (IsWaitedFor(subject.Service, port) || isProbed) ? Certainty.Certain : Certainty.Likely;
        return About(subject, "ports", "VC301", certainty,
            $"'{subject.Service.Name}' publishes port {port.ContainerPort} of its container, and {listener.Server} listens on {listener.Port} there",
            Invariant($"ports: [\"{(port.HostPort is { } host ? Invariant($"{host}:") : "")}{listener.Port}\"]")
                + (isProbed ? Invariant($", and {listener.Port} in the health check") : "") + Invariant($"; or start {listener.Server} on {port.ContainerPort}"),
            [start.Evidence, .. isProbed ? [Shown.Safe(probe!.Evidence)] : Array.Empty<string>()]).At(port.Location);
    }

    private static Finding? WrongProbe(
        ServiceSubject subject, StartCommand start, IReadOnlyList<Listener> listeners, Probe? probe, List<PortMapping> alreadyTold)
    {
        if (probe is null or { AlwaysSucceeds: true })
            return null;

        var missed = probe.Targets().Where(target => target.Port > 0 && listeners.All(listener => listener.Port != target.Port)).ToList();
        if (missed.Count > 0 && !missed.All(target => alreadyTold.Any(port => port.ContainerPort == target.Port)))
        {
            var listener = listeners[0];
            var certainty = listeners.All(it => it.IsSure) && probe is { HasAlternative: false, IsDecidedByFirst: true } && !IsSecond(subject, probe, listener, missed[0].Port)
                ? Certainty.Certain : Certainty.Likely;
            return About(subject, probe.Key, "VC402", certainty,
                $"the health check of '{subject.Service.Name}' asks port {missed[0].Port}, and {listener.Server} listens on {listener.Port}",
                $"port {listener.Port} in the health check: {missed[0].Text.TrimEnd('"', '\'', ')', ' ').Replace(Invariant($":{missed[0].Port}"), Invariant($":{listener.Port}"), StringComparison.Ordinal)}",
                [start.Evidence, Shown.Safe(probe.Evidence)]);
        }

        var closed = probe.Targets().FirstOrDefault(target => target.Scheme is not null && listeners.Any(listener => listener.Port == target.Port && !listener.IsHttp));
        return closed.Port > 0
            ? About(subject, probe.Key, "VC402", Certainty.Likely,
                $"the health check of '{subject.Service.Name}' asks port {closed.Port} over {closed.Scheme}, where {listeners[0].Server} speaks FastCGI",
                "healthcheck: { test: [CMD-SHELL, \"php-fpm -t\"] }, or a web server in front of it that is asked", [start.Evidence, Shown.Safe(probe.Evidence)])
            : null;
    }

    private static bool IsShared(ServiceSubject subject) => subject.Rollout.Services.Any(other =>
        (ComposeText.Of(subject.Rollout, other.Name)?["network_mode"] as ComposeScalar)?.Value is { } mode
        && (mode == $"service:{subject.Service.Name}" || mode == $"container:{subject.Service.ContainerNameIn(subject.Rollout.Project)}"));

    // A program may listen on a port of its own beside that of its server: both are named side by side, it is called so, or its source speaks of it.
    private static bool IsSecond(ServiceSubject subject, Probe probe, Listener listener, int asked)
    {
        HashSet<int> named =
        [
            .. (subject.Image?.ExposedPorts ?? []).Select(port => port.First), .. subject.Service.Ports.Select(port => port.ContainerPort),
            .. subject.Service.Expose.SelectMany(Numbers),
        ];
        var port = asked.ToString(CultureInfo.InvariantCulture);
        return (named.Contains(asked) && listener.Port is { } own && named.Contains(own))
            || probe.Evidence.Contains("metrics", StringComparison.OrdinalIgnoreCase)
            || subject.Service.Environment.Values.Any(value => Numbers(value).Contains(asked))
            || (Application(subject) is { } source && (subject.Text(source) is not { } text || text.Contains(port, StringComparison.Ordinal)));
    }

    // main.py of "uvicorn main:app".
    private static string? Application(ServiceSubject subject) => StartCommand.Of(subject)?.Words.OfType<string>().SelectMany(word => word.Split(' '))
        .Select(word => Module().Match(word)).FirstOrDefault(match => match.Success) is { } module
            ? ServingContext.Find(subject, $"{module.Groups["module"].Value.Replace('.', '/')}.py")
            : null;

    [GeneratedRegex(@"^(?<module>[A-Za-z_][\w.]*):[A-Za-z_]\w*(?:\(\))?\z")]
    private static partial Regex Module();

    private static Finding? Loopback(ServiceSubject subject, StartCommand start, IReadOnlyList<Listener> listeners, List<PortMapping> published)
    {
        if (!listeners.All(listener => listener.IsLoopback))
            return null;

        var listener = listeners[0];
        var waitedFor = published.FirstOrDefault(port => port.ContainerPort == listener.Port && IsWaitedFor(subject.Service, port));
        if (waitedFor is null && published.Count == 0)
            return null;

        return About(subject, "ports", "VC301", waitedFor is not null && listeners.All(it => it.IsSure) ? Certainty.Certain : Certainty.Likely,
            $"{listener.Server} in '{subject.Service.Name}' listens on {listener.Host}:{listener.Port} only: nobody outside of the container reaches the port that is published",
            $"start {listener.Server} on 0.0.0.0: {Open(listener)}", [start.Evidence]).At((waitedFor ?? published[0]).Location);
    }

    // What the image listens on is not known: EXPOSE, ENV and the health check are all that speak.
    private static IEnumerable<Finding> Unheard(ServiceSubject subject, ServingContext context, Probe? probe, List<PortMapping> published)
    {
        var stage = subject.Image;
        var exposed = stage?.ExposedPorts.Where(port => port.Protocol == "tcp").ToList() ?? [];
        var mentioned = exposed.Select(port => port.First)
            .Concat(subject.Service.Environment.Concat(stage?.Environment ?? new Dictionary<string, string?>())
                .Where(variable => variable.Key.Contains("PORT", StringComparison.OrdinalIgnoreCase) || variable.Key.EndsWith("URLS", StringComparison.Ordinal))
                .SelectMany(variable => Numbers(variable.Value)))
            .ToHashSet();
        var asked = probe?.Targets() ?? [];
        if (exposed.Count > 0 && stage is { HasUnknownPorts: false } && published.Count > 0 && !published.Any(port => mentioned.Contains(port.ContainerPort) || exposed.Any(it => it.Covers(port.ContainerPort))))
        {
            // Where the health check names it too, its author means it, and EXPOSE may be old.
            var isProbed = asked.Any(target => published.Any(port => port.ContainerPort == target.Port));
            var inCommand = StartCommand.Of(subject)?.Words.Any(word => word is null || published.Any(port => Numbers(word).Contains(port.ContainerPort))) == true;
            if (!inCommand)
            {
                yield return About(subject, "ports", "VC301", isProbed ? Certainty.Hint : Certainty.Likely,
                    $"'{subject.Service.Name}' publishes port {published[0].ContainerPort} of its container, and its Dockerfile exposes {string.Join(", ", exposed.Select(port => port.First))}",
                    Invariant($"ports: [\"{(published[0].HostPort is { } host ? Invariant($"{host}:") : "")}{exposed[0].First}\"], or EXPOSE {published[0].ContainerPort} where that is right"),
                    [Findings.OfDockerfile(subject, exposed[0].Line, Invariant($"EXPOSE {exposed[0].First}"))]).At(published[0].Location);
            }
        }

        if (Moved(subject, probe, published) is { } moved)
            yield return moved;

        foreach (var target in asked.Where(target => target.Port > 0 && !mentioned.Contains(target.Port) && published.All(port => port.ContainerPort != target.Port)))
        {
            if (published.FirstOrDefault(port => port.HostPort == target.Port) is { } mapping)
            {
                yield return About(subject, probe!.Key, "VC402", Certainty.Likely,
                    $"the health check of '{subject.Service.Name}' asks port {target.Port}, which is its port on the host; it runs in the container, where it is {mapping.ContainerPort}",
                    $"port {mapping.ContainerPort} in the health check", [Shown.Safe(probe.Evidence)]);
            }
        }

        foreach (var finding in WrongAddress(subject))
            yield return finding;
    }

    // PORT=8080 in the image and 8090 in the compose file, which publishes 8090: the image's own check still asks 8080.
    private static Finding? Moved(ServiceSubject subject, Probe? probe, List<PortMapping> published)
    {
        foreach (var target in probe?.Targets() ?? [])
            foreach (var (name, value) in subject.Image?.Environment ?? new Dictionary<string, string?>())
                if (name.EndsWith("PORT", StringComparison.OrdinalIgnoreCase) && target.Port > 0 && Ports.Parse(value) == target.Port
                    && Ports.Parse(subject.Service.Environment.GetValueOrDefault(name)) is { } port && port != target.Port
                    && published.Any(it => it.ContainerPort == port) && published.All(it => it.ContainerPort != target.Port))
                    return About(subject, probe!.Key, "VC402", Certainty.Likely,
                        $"the health check of '{subject.Service.Name}' asks port {target.Port}, and {name} moves the service to {port}",
                        $"${{{name}}} in place of {target.Port} in the HEALTHCHECK, or a healthcheck of the compose file that asks {port}",
                        [Shown.Safe(probe.Evidence)]);

        return null;
    }

    // x-health is asked from outside.
    private static IEnumerable<Finding> WrongAddress(ServiceSubject subject)
    {
        if (subject.Service.HealthUrl is not { Url: { } url } || !NamedServices.IsLoopback(url.Host) || url.Port is 80 or 443
            || subject.Rollout.Services.Any(service => service.NetworkMode == "host" || service.Ports.Any(port => port.HostPort == url.Port)))
            yield break;

        var own = subject.Service.Ports.FirstOrDefault(port => port is { Protocol: "tcp", HostPort: not null });
        yield return About(subject, "x-health", "VC402", Certainty.Likely,
            $"x-health of '{subject.Service.Name}' asks port {url.Port} of the engine's host, which no service of the file publishes",
            own is not null ? $"x-health: {{ url: \"{new UriBuilder(url) { Port = own.HostPort!.Value }.Uri}\" }}" : Invariant($"ports: [\"{url.Port}:<port in the container>\"]"), []);
    }

    private static Finding Broken(ServiceSubject subject, StartCommand start, Listener listener) => About(
        subject, "build/dockerfile", "VC301", Certainty.Likely,
        $"{listener.Server} in '{subject.Service.Name}' is given '{listener.Broken}' as its port: only a shell puts the value of a variable in its place",
        $"CMD [\"sh\", \"-c\", \"exec {listener.Server} … {listener.Broken}\"]", [start.Evidence]);

    private static Finding About(
        ServiceSubject subject, string key, string rule, Certainty certainty, FormattableString message, string suggestion, IReadOnlyList<string> evidence) =>
        Findings.About(subject, key, rule, certainty, Invariant(message), suggestion) with { Evidence = [.. evidence.Where(line => line.Length > 0)] };

    // The gate asks it from outside.
    private static bool IsWaitedFor(Service service, PortMapping port) =>
        service.HealthUrl is { Url: var url } && NamedServices.IsLoopback(url.Host) && port.HostPort == url.Port;

    // Ports whose variables have no value yet are not in the model.
    private static bool HasOpenPorts(ServiceSubject subject) =>
        subject.Rollout.UnsetVariables.Any(variable => variable.Where.StartsWith($"services/{subject.Service.Name}/ports", StringComparison.Ordinal));

    private static bool IsScript(string word) => word.EndsWith(".sh", StringComparison.Ordinal)
        || ((word.StartsWith('/') || word.StartsWith("./", StringComparison.Ordinal)) && !Path.HasExtension(word) && !word.StartsWith("/bin/", StringComparison.Ordinal)
            && !word.StartsWith("/usr/", StringComparison.Ordinal) && !word.StartsWith("/sbin/", StringComparison.Ordinal));

    private static IEnumerable<int> Numbers(string? text) => (text ?? "")
        .Split([':', ';', ',', '/', ' ', '=', '+', '*'], StringSplitOptions.RemoveEmptyEntries)
        .Select(Ports.Parse).OfType<int>();

    private static string Open(Listener listener) => listener.Server switch
    {
        "gunicorn" or "hypercorn" => Invariant($"--bind 0.0.0.0:{listener.Port}"),
        "runserver" => Invariant($"runserver 0.0.0.0:{listener.Port}"),
        "daphne" or "hugo server" => "--bind 0.0.0.0",
        "rails server" => "-b 0.0.0.0",
        "mkdocs serve" => "-a 0.0.0.0:8000",
        _ => "--host 0.0.0.0",
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
