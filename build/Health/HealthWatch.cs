using System.Threading.Channels;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Health;

/// <summary>Holds the gate of a phase: listens to the engine, asks the health addresses, and looks again now and then.</summary>
/// <param name="observer">Sees the containers.</param>
/// <param name="http">Asks the health addresses.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where the gate says what it waits for.</param>
/// <param name="checks">Runs a container's own check before the engine's first probe; null to wait for that.</param>
public sealed class HealthWatch(IContainerObserver observer, IHttpProbe http, TimeProvider time, IRunLog log, ICheckRunner? checks = null) : IPhaseGate
{
    private static readonly TimeSpan SlowestPoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FastestPoll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(125);
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan EnginePatience = TimeSpan.FromSeconds(10);

    private readonly OwnChecks own = new();

    /// <inheritdoc />
    public async Task<GateVerdict> HoldAsync(IReadOnlyList<GatedService> services, GateSettings settings, CancellationToken cancellationToken)
    {
        if (services.Count == 0)
            return new GateVerdict([]);

        using var steps = new GateSteps(services, settings, log);
        var opened = time.GetUtcNow();
        HealthGate[] gates = [.. services.Select(service => new HealthGate(service, RunsToCompletion(service, services), settings, opened, own.Of(service.ContainerId)))];
        var signals = Channel.CreateUnbounded<Signal>(new UnboundedChannelOptions { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> feeders =
        [
            FeedAsync(signals.Writer, ListenAsync(services, signals.Writer, stop.Token), stop.Token),
            .. gates.Where(gate => gate.Gated.Service.HealthUrl is not null)
                .Select(gate => FeedAsync(signals.Writer, AskAsync(gate, signals.Writer, stop.Token), stop.Token)),
        ];
        try
        {
            return await WatchAsync(gates, settings, opened, signals.Reader, steps, BeginCheck, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(feeders);
            foreach (var gate in gates)
                gate.AbandonCheck();
        }

        void BeginCheck(HealthGate gate, ICheckRunner runner) =>
            feeders.Add(FeedAsync(signals.Writer, CheckAsync(gate, gate.BeginCheck(), runner, signals.Writer, stop.Token), stop.Token));
    }

    /// <summary>Looks once at each service, with a few seconds of patience for its health address.</summary>
    /// <param name="services">The services.</param>
    /// <param name="longestWait">How long to wait for the probes that decide, where the engine has no verdict yet.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="WorldRefusedException">The engine does not answer.</exception>
    public async Task<IReadOnlyList<ServiceHealth>> LookAsync(
        IReadOnlyList<GatedService> services, TimeSpan longestWait, CancellationToken cancellationToken) =>
        await Task.WhenAll(services.Select(service =>
            new SingleLook(observer, http, time, own).AtAsync(service, RunsToCompletion(service, services), longestWait, cancellationToken)));

    private static bool RunsToCompletion(GatedService gated, IEnumerable<GatedService> all) =>
        gated.RunsToCompletion
        || all.Any(other => other.Service.DependsOn.Any(dependency =>
            dependency.Service == gated.Service.Name && dependency.Condition == DependencyCondition.CompletedSuccessfully));

    private async Task<GateVerdict> WatchAsync(
        HealthGate[] gates, GateSettings settings, DateTimeOffset opened, ChannelReader<Signal> signals, GateSteps steps,
        Action<HealthGate, ICheckRunner> beginCheck, CancellationToken cancellationToken)
    {
        var progress = new Progress(opened, log);
        var poll = await LookAtAsync(gates, cancellationToken);
        while (true)
        {
            var now = time.GetUtcNow();
            Judgement[] judgements = [.. gates.Select(gate => gate.Judge(now))];
            progress.Note(now, judgements);
            steps.Note(judgements);
            if (judgements.All(judgement => judgement.Passed))
                return new GateVerdict([.. judgements.Select(judgement => judgement.Health)]);

            if (judgements.Any(judgement => judgement.HasFailed))
                return await LastLookAsync(gates, judgements, cancellationToken);

            if (now - progress.Since >= settings.ProgressDeadline)
                return new GateVerdict([.. judgements.Select(judgement => judgement.Pending ? WithoutProgress(judgement.Health, settings) : judgement.Health)]);

            if (checks is not null)
                foreach (var gate in gates.Where(gate => gate.CheckDue <= now))
                    beginCheck(gate, checks);

            var due = gates.Select(gate => gate.NextLook(now)).Append(now + poll).Append(progress.Since + settings.ProgressDeadline).Min() ?? now;
            if (await SignalledAsync(signals, due - now, cancellationToken))
                await TakeInAsync(gates, signals, cancellationToken);
            else
                poll = await LookAtAsync(gates, cancellationToken);

            // What was raised during the look explains what it saw: the kernel's word on a container that runs again.
            if (signals.TryPeek(out _))
                await TakeInAsync(gates, signals, cancellationToken);
        }
    }

    // One service failing is often the doing of another one: the verdict names what is known of all of them at the end.
    // What failed stays failed: a container in a crash loop runs again a moment later.
    private async Task<GateVerdict> LastLookAsync(HealthGate[] gates, Judgement[] judgements, CancellationToken cancellationToken)
    {
        await LookAtAsync(gates, cancellationToken);
        var now = time.GetUtcNow();
        return new GateVerdict([.. gates.Zip(judgements, (gate, before) => before.HasFailed ? before.Health : gate.Judge(now).Health)]);
    }

    private static ServiceHealth WithoutProgress(ServiceHealth health, GateSettings settings) => health with
    {
        State = ServiceState.Failed,
        Reason = $"no service of the phase became healthy for {PlainText.Span(settings.ProgressDeadline)} (progress-deadline); {health.Reason}",
    };

    private async Task<bool> SignalledAsync(ChannelReader<Signal> signals, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(atMost > ShortestWait ? atMost : ShortestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await signals.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task TakeInAsync(HealthGate[] gates, ChannelReader<Signal> signals, CancellationToken cancellationToken)
    {
        HashSet<HealthGate> stirred = [];
        List<Answered> answers = [];
        List<Checked> results = [];
        while (signals.TryRead(out var signal))
        {
            if (signal is Happened { Event: var happened } && gates.FirstOrDefault(gate => gate.Gated.ContainerId == happened.ContainerId) is { } concerned)
            {
                stirred.Add(concerned);
                if (happened.Action == "oom")
                    concerned.SeeOutOfMemory();
            }
            else if (signal is Resumed)
            {
                stirred.UnionWith(gates);
            }
            else if (signal is Answered answered)
            {
                answers.Add(answered);
            }
            else if (signal is Checked ended)
            {
                results.Add(ended);
            }
        }

        // An answer counts for the container that runs now: whether it still is the one that was asked shows in a look after the answer.
        stirred.UnionWith(answers.Select(answered => answered.Gate));
        stirred.UnionWith(results.Select(ended => ended.Gate));
        await LookAtAsync([.. stirred], cancellationToken);
        foreach (var (gate, answer) in answers)
            gate.See(answer);
        foreach (var (gate, result) in results)
            gate.See(result, time.GetUtcNow());
    }

    /// <summary>Looks at the containers and answers how long the next look may wait.</summary>
    private async Task<TimeSpan> LookAtAsync(HealthGate[] gates, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        while (true)
        {
            try
            {
                var samples = await Task.WhenAll(gates.Select(gate => observer.LookAsync(gate.Gated.ContainerId, cancellationToken)));
                foreach (var (gate, sample) in gates.Zip(samples))
                    gate.See(sample);

                // The engine keeps five probes: looking every third interval misses none.
                var shortest = samples.Where(sample => sample.HasCheck).Select(sample => sample.Interval * 3).Append(SlowestPoll).Min();
                return shortest > FastestPoll ? shortest : FastestPoll;
            }
            catch (WorldRefusedException refusal) when (time.GetUtcNow() - began < EnginePatience)
            {
                log.Debug($"the engine did not answer the gate: {refusal.Message}");
                await Task.Delay(BetweenQuestions, time, cancellationToken);
            }
        }
    }

    private static async Task FeedAsync(ChannelWriter<Signal> signals, Task feed, CancellationToken cancellationToken)
    {
        try
        {
            await feed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The gate closed.
        }
        catch (Exception exception)
        {
            // Whoever reads the channel throws it.
            signals.TryComplete(exception);
        }
    }

    private async Task ListenAsync(IReadOnlyList<GatedService> services, ChannelWriter<Signal> signals, CancellationToken cancellationToken)
    {
        string[] ids = [.. services.Select(service => service.ContainerId)];
        while (true)
        {
            await observer.ListenAsync(ids, happened => signals.TryWrite(new Happened(happened)), cancellationToken);
            log.Debug("the engine ended its stream of events; it is opened again");
            await Task.Delay(BetweenQuestions, time, cancellationToken);
            // What happened meanwhile raised no event that anybody heard.
            signals.TryWrite(new Resumed());
        }
    }

    private async Task AskAsync(HealthGate gate, ChannelWriter<Signal> signals, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            var answer = await http.AskAsync(gate.Gated.Service.HealthUrl!, cancellationToken);
            signals.TryWrite(new Answered(gate, answer));
            if (answer.Passed || pause > BetweenQuestions)
                pause = BetweenQuestions;
            await Task.Delay(pause, time, cancellationToken);
            pause *= 2;
        }
    }

    private static async Task CheckAsync(
        HealthGate gate, ContainerCheck check, ICheckRunner runner, ChannelWriter<Signal> signals, CancellationToken cancellationToken) =>
        signals.TryWrite(new Checked(gate, await runner.RunAsync(gate.Gated.ContainerId, check, cancellationToken)));

    private abstract record Signal;

    private sealed record Resumed : Signal;

    private sealed record Happened(ContainerEvent Event) : Signal;

    private sealed record Checked(HealthGate Gate, ProbeEvidence? Result) : Signal;

    private sealed record Answered(HealthGate Gate, HttpAnswer Answer) : Signal;

    /// <summary>When a service last became healthy for the first time, and what people were told.</summary>
    private sealed class Progress(DateTimeOffset opened, IRunLog log)
    {
        private readonly HashSet<string> healthy = [];
        private DateTimeOffset told = opened;

        public DateTimeOffset Since { get; private set; } = opened;

        public void Note(DateTimeOffset now, IReadOnlyList<Judgement> judgements)
        {
            foreach (var health in judgements.Where(judgement => judgement.Passed).Select(judgement => judgement.Health))
            {
                if (!healthy.Add(health.Service))
                    continue;

                Since = told = now;
                log.Information($"{health.Service}: {(health.State == ServiceState.Healthy ? "healthy" : "running, unverified")}: {health.Reason}");
            }

            if (now - told < BetweenReports)
                return;

            told = now;
            foreach (var health in judgements.Where(judgement => judgement.Pending).Select(judgement => judgement.Health))
                log.Information($"{health.Service}: {health.Reason}");
        }
    }
}
