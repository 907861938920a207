using System.Globalization;
using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Health.Docker;

/// <summary>Sees containers through the Docker Engine API.</summary>
/// <param name="connect">The engine's client; throws <see cref="WorldRefusedException"/> when there is none.</param>
/// <param name="isLocal">True when the engine's containers are processes of this machine.</param>
/// <param name="time">The clock.</param>
internal sealed class DockerHealthSource(Func<CancellationToken, Task<IDockerClient>> connect, bool isLocal, TimeProvider time) : IContainerObserver
{
    private static readonly string[] EventsThatMatter =
        ["start", "restart", "stop", "die", "kill", "oom", "pause", "unpause", "destroy", "health_status"];

    private readonly ClockLead clockLead = new(isLocal ? _ => Task.FromResult(TimeSpan.Zero) : token => MeasureClockLeadAsync(connect, time, token));

    /// <inheritdoc />
    public Task<ContainerSample> LookAsync(string containerId, CancellationToken cancellationToken) =>
        EngineAsync(async () =>
        {
            var lead = await clockLead.GetAsync(cancellationToken);
            var at = time.GetUtcNow();
            var inspected = await FindAsync(containerId, cancellationToken);
            return inspected?.State is { } state
                ? Sample(inspected, state, at, lead)
                : new ContainerSample(at, ContainerSample.Removed, null, 0);
        });

    /// <inheritdoc />
    public async Task ListenAsync(IReadOnlyList<string> containerIds, Action<ContainerEvent> happened, CancellationToken cancellationToken)
    {
        var parameters = new ContainerEventsParameters
        {
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["type"] = new Dictionary<string, bool> { ["container"] = true },
                ["container"] = containerIds.ToDictionary(id => id, _ => true),
                ["event"] = EventsThatMatter.ToDictionary(name => name, _ => true),
            },
        };
        try
        {
            var client = await connect(cancellationToken);
            await client.System.MonitorEventsAsync(
                parameters, new Forward(message => happened(new ContainerEvent(message.Actor.ID, message.Action))), cancellationToken);
        }
        catch (Exception exception) when (IsOfTheEngine(exception, cancellationToken))
        {
            // The looks say whether the engine is gone.
        }
    }

    private static ContainerSample Sample(ContainerInspectResponse inspected, State state, DateTimeOffset at, TimeSpan lead)
    {
        var check = inspected.Config?.Healthcheck;
        return new ContainerSample(at, state.Status, Moment(state.StartedAt) - lead, inspected.RestartCount)
        {
            ExitCode = state.ExitCode,
            OutOfMemory = state.OOMKilled,
            Error = state.Error ?? "",
            Verdict = state.Health is { Status: not ("none" or "" or null) } health ? health.Status : null,
            Probes = Probes(state, lead),
            Check = CheckOf(inspected),
            // Zero means the engine's default: 30 s, 3 (Engine API 1.41, HealthConfig).
            Interval = check?.Interval is { Ticks: > 0 } interval ? interval : TimeSpan.FromSeconds(30),
            Retries = check?.Retries is > 0 and <= int.MaxValue and var retries ? (int)retries : 3,
        };
    }

    // moby, daemon/health.go: CMD-SHELL runs in the container's shell; without a timeout it is 30 s.
    private static ContainerCheck? CheckOf(ContainerInspectResponse inspected)
    {
        var check = inspected.Config?.Healthcheck;
        string[] command = check?.Test?.ToArray() switch
        {
            ["CMD", .. var given] => given,
            ["CMD-SHELL", var text] => [.. inspected.Config!.Shell is { Count: > 0 } shell ? shell : ["/bin/sh", "-c"], text],
            _ => [],
        };
        return command.Length == 0 ? null : new ContainerCheck(command, check!.Timeout is { Ticks: > 0 } timeout ? timeout : TimeSpan.FromSeconds(30));
    }

    /// <summary>The probes that the engine keeps, oldest first, on a clock that <paramref name="lead"/> is taken from.</summary>
    internal static IReadOnlyList<ProbeEvidence> Probes(State state, TimeSpan lead) =>
        [.. (state.Health?.Log ?? []).Select(probe => new ProbeEvidence(Utc(probe.Start) - lead, probe.ExitCode, CurlMeter.RemovedFrom(probe.Output ?? "")))];

    private static DateTimeOffset Utc(DateTime moment) => new(moment.ToUniversalTime());

    // A container that never started has 0001-01-01T00:00:00Z.
    private static DateTimeOffset? Moment(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) && moment.Year > 1 ? moment : null;

    private async Task<ContainerInspectResponse?> FindAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            var client = await connect(cancellationToken);
            return await client.Containers.InspectContainerAsync(id, cancellationToken);
        }
        catch (DockerApiException exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static async Task<T> EngineAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is not (WorldRefusedException or OperationCanceledException) && IsOfTheEngine(exception, CancellationToken.None))
        {
            throw new WorldRefusedException(
                FailureClass.EngineUnreachable,
                $"the engine does not answer: {PlainText.Line(exception.Message)}",
                "see that the Docker engine runs and is reachable (docker version), then run the same command again",
                inner: exception);
        }
    }

    private static bool IsOfTheEngine(Exception exception, CancellationToken cancellationToken) =>
        exception is WorldRefusedException or DockerApiException or HttpRequestException or IOException or TimeoutException or System.Net.Sockets.SocketException
            or System.Text.Json.JsonException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static async Task<TimeSpan> MeasureClockLeadAsync(
        Func<CancellationToken, Task<IDockerClient>> connect, TimeProvider time, CancellationToken cancellationToken)
    {
        var client = await connect(cancellationToken);
        var before = time.GetUtcNow();
        var information = await client.System.GetSystemInfoAsync(cancellationToken);
        var after = time.GetUtcNow();
        return Moment(information.SystemTime) is { } there ? there - (before + ((after - before) / 2)) : TimeSpan.Zero;
    }

    // Progress<T> would hand the messages to the thread pool, out of order.
    private sealed class Forward(Action<Message> take) : IProgress<Message>
    {
        public void Report(Message value) => take(value);
    }
}
