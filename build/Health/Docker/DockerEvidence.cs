using System.Globalization;
using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
using PhasedRollout.Deployment;

namespace PhasedRollout.Health.Docker;

/// <summary>Secures what a failed container can tell, through the Docker Engine API and, on a local engine, the kernel. Each piece has a short
/// deadline of its own; one that cannot be had is noted and left out.</summary>
/// <param name="connect">The engine's client; throws <see cref="Rollouts.WorldRefusedException"/> when there is none.</param>
/// <param name="isLocal">True when the engine's containers are processes of this machine.</param>
/// <param name="helper">Looks from inside a container's network by a helper container; null when none may run (<c>--probe</c>).</param>
/// <param name="time">The clock.</param>
internal sealed class DockerEvidence(
    Func<CancellationToken, Task<IDockerClient>> connect, bool isLocal, ProbeContainer? helper, TimeProvider time) : IEvidenceCollector
{
    private const int LogLines = 200;
    private const int LongestLog = 1 << 20;
    private const int MostEvents = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(30);

    private static readonly string[] EventsThatMatter =
        ["create", "start", "restart", "stop", "die", "kill", "oom", "pause", "unpause", "destroy", "health_status"];

    /// <inheritdoc />
    public async Task<IReadOnlyList<ContainerEvidence>> CollectAsync(IReadOnlyList<GatedService> services, CancellationToken cancellationToken) =>
        await Task.WhenAll(services.Select(service => CollectAsync(service, cancellationToken)));

    private async Task<ContainerEvidence> CollectAsync(GatedService gated, CancellationToken cancellationToken)
    {
        List<string> missing = [];
        var found = await TryAsync("its state", missing, Patience, token => InspectAsync(gated.ContainerId, token), cancellationToken);
        if (found is not { State: { } state } inspected)
        {
            var why = missing.Count > 0 ? missing[0] : "the container does not exist any more";
            return new ContainerEvidence(gated.Service.Name, gated.ContainerName, null, null, false, 0, PlainText.Line(why, 500), [], [], null);
        }

        var log = TryAsync("its log", missing, Patience, token => LogAsync(gated.ContainerId, token), cancellationToken);
        var events = TryAsync("its events", missing, Patience, token => EventsAsync(inspected, token), cancellationToken);
        var reached = ReachedAsync(gated, inspected, missing, cancellationToken);
        var listeners = isLocal && inspected.HostConfig?.NetworkMode != "host" ? ListeningPorts.Of(inspected.ID, state.Pid) : null;
        return new ContainerEvidence(
            gated.Service.Name,
            gated.ContainerName,
            state.Status,
            state.Status is "running" or "paused" or "created" ? null : state.ExitCode,
            state.OOMKilled,
            inspected.RestartCount,
            PlainText.Line(state.Error ?? "", 500),
            [.. DockerHealthSource.Probes(state, TimeSpan.Zero).Select(probe => probe with { Output = PlainText.Line(probe.Output, 500) })],
            await log ?? [],
            listeners?.Select(listener => listener.Port).Distinct().Order().ToList())
        {
            LoopbackPorts = [.. (listeners ?? []).GroupBy(listener => listener.Port).Where(port => port.All(listener => listener.IsLoopback)).Select(port => port.Key)],
            Networks = [.. (inspected.NetworkSettings?.Networks ?? new Dictionary<string, EndpointSettings>()).Keys.Order(StringComparer.Ordinal)],
            Events = await events ?? [],
            Reached = await reached,
            Missing = missing,
        };
    }

    private async Task<IReadOnlyList<ReachedServer>> ReachedAsync(
        GatedService gated, ContainerInspectResponse inspected, List<string> missing, CancellationToken cancellationToken)
    {
        var servers = ServerLook.ServersOf(gated.Service);
        if (servers.Count == 0)
            return [];

        const string What = "whether its databases answer from inside its network";
        var process = inspected.State?.Pid ?? 0;
        var isHere = isLocal && ListeningPorts.IsOf(inspected.ID, process);
        if (!isHere && helper is null)
        {
            var why = isLocal ? "its container does not run" : "the engine is on another machine";
            Note(missing, $"{What}: {why}, and no helper container may look (--probe)");
            return [];
        }

        Task<IReadOnlyList<ReachedServer>> Look(CancellationToken token) => isHere
            ? ServerLook.FromInsideAsync(process, servers)
            : helper!.LookAsync(inspected, gated.Service.Name, servers, token);
        return await TryAsync(What, missing, LookPatience, token => Look(token).WaitAsync(token), cancellationToken) ?? [];
    }

    private static async Task<T?> TryAsync<T>(
        string what, List<string> missing, TimeSpan patience, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where T : class?
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        try
        {
            return await ask(deadline.Token);
        }
        catch (Exception exception) when (deadline.IsCancellationRequested && exception is OperationCanceledException)
        {
            Note(missing, $"{what}: no answer within {PlainText.Span(patience)}");
        }
        catch (Exception exception) when (
            exception is IOException or HttpRequestException or DockerApiException or TimeoutException or Rollouts.WorldRefusedException
                or System.Text.Json.JsonException)
        {
            Note(missing, $"{what}: {PlainText.Line(exception.Message)}");
        }

        return null;
    }

    // Several pieces of one container are asked for at once.
    private static void Note(List<string> missing, string what)
    {
        lock (missing)
            missing.Add(what);
    }

    private async Task<ContainerInspectResponse?> InspectAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await (await connect(cancellationToken)).Containers.InspectContainerAsync(id, cancellationToken);
        }
        catch (DockerContainerNotFoundException)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<string>> LogAsync(string id, CancellationToken cancellationToken)
    {
        var parameters = new ContainerLogsParameters { ShowStdout = true, ShowStderr = true, Tail = LogLines.ToString(CultureInfo.InvariantCulture) };
        var client = await connect(cancellationToken);
        using var stream = await client.Containers.GetContainerLogsAsync(id, parameters, cancellationToken);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        // Frame after frame, so that what went to stdout and what went to stderr stay in their order.
        while (bytes.Length < LongestLog && await stream.ReadOutputAsync(buffer, 0, buffer.Length, cancellationToken) is { EOF: false } read)
            bytes.Write(buffer, 0, read.Count);

        // The rules read a line whole, however long; it is cut where it is shown.
        return PlainText.LastLines(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length), LogLines, LongestLog);
    }

    private async Task<IReadOnlyList<string>> EventsAsync(ContainerInspectResponse inspected, CancellationToken cancellationToken)
    {
        var information = await (await connect(cancellationToken)).System.GetSystemInfoAsync(cancellationToken);
        var now = DateTimeOffset.TryParse(information.SystemTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var there)
            ? there
            : time.GetUtcNow();
        var parameters = new ContainerEventsParameters
        {
            Since = Seconds(new DateTimeOffset(inspected.Created.ToUniversalTime())),
            Until = Seconds(now.AddSeconds(1)),
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["container"] = new Dictionary<string, bool> { [inspected.ID] = true },
                ["event"] = EventsThatMatter.ToDictionary(name => name, _ => true),
            },
        };
        var seen = new Queue<string>();
        await (await connect(cancellationToken)).System.MonitorEventsAsync(parameters, new Take(message =>
        {
            seen.Enqueue(Told(message));
            if (seen.Count > MostEvents)
                seen.Dequeue();
        }), cancellationToken);
        return [.. seen];
    }

    private static string Seconds(DateTimeOffset moment) => moment.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static string Told(Message message)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(message.Time ?? 0).ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var code = message.Actor?.Attributes is { } attributes && attributes.TryGetValue("exitCode", out var exit) ? $" (exit code {exit})" : "";
        return $"{at} {message.Action}{code}";
    }

    private sealed class Take(Action<Message> take) : IProgress<Message>
    {
        public void Report(Message value) => take(value);
    }
}
