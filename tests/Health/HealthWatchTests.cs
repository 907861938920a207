using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Contexts;

namespace PhasedRollout.Tests.Health;

/// <summary>Rollouts of minutes, on a clock that is moved by hand.</summary>
public class HealthWatchTests
{
    private static readonly DateTimeOffset Opened = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly GateSettings Settings = new(Seconds(10), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));

    private readonly SteppedClock clock = new(Opened);
    private readonly World world;

    public HealthWatchTests() => world = new World(clock);

    [Fact]
    public async Task A_phase_opens_its_gate_when_the_slowest_service_is_healthy()
    {
        world.Containers["fast"] = at => Running(at, Opened) with { Verdict = at < At(30) ? "starting" : "healthy", Probes = at < At(30) ? [] : [new ProbeEvidence(At(30), 0, "")] };
        world.Containers["slow"] = at => Running(at, Opened) with { Verdict = at < At(240) ? "starting" : "healthy", Probes = at < At(240) ? [] : [new ProbeEvidence(At(240), 0, "")] };

        var verdict = await RunAsync(Settings, "fast", "slow");

        verdict.Passed.ShouldBeTrue();
        (clock.GetUtcNow() - Opened).ShouldBeInRange(Seconds(250), Seconds(262));
    }

    [Fact]
    public async Task Containers_that_are_healthy_already_are_not_awaited()
    {
        world.Containers["a"] = at => Running(at, At(-3600)) with { Verdict = "healthy", Probes = [new ProbeEvidence(At(-45), 0, ""), new ProbeEvidence(At(-15), 0, "")] };
        world.Containers["b"] = at => Running(at, At(-3600));

        var verdict = await Watch().HoldAsync([Gated("a"), Gated("b")], Settings, Stop);

        verdict.Services.Select(service => service.State).ShouldBe([ServiceState.Healthy, ServiceState.RunningUnverified]);
        clock.GetUtcNow().ShouldBe(Opened);
    }

    [Fact]
    public async Task The_healthy_deadline_ends_the_wait_for_one_service()
    {
        world.Containers["a"] = at => Running(at, Opened) with { Verdict = "starting" };

        var verdict = await RunAsync(Settings, "a");

        verdict.Services.Single().State.ShouldBe(ServiceState.Failed);
        verdict.Services.Single().Reason.ShouldStartWith("not healthy within 5 min (healthy-deadline)");
        (clock.GetUtcNow() - Opened).ShouldBeInRange(TimeSpan.FromMinutes(5), Seconds(310));
    }

    [Fact]
    public async Task The_progress_deadline_ends_the_wait_for_the_phase_and_counts_from_the_last_service_that_became_healthy()
    {
        world.Containers["quick"] = at => Running(at, Opened);
        world.Containers["stuck"] = at => Running(at, Opened) with { Verdict = "starting" };

        var verdict = await RunAsync(new GateSettings(Seconds(10), TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(2)), "quick", "stuck");

        verdict.Services[1].Reason.ShouldStartWith("no service of the phase became healthy for 2 min (progress-deadline)");
        verdict.Services[0].State.ShouldBe(ServiceState.RunningUnverified);
        (clock.GetUtcNow() - Opened).ShouldBeInRange(Seconds(130), Seconds(140));
    }

    [Fact]
    public async Task An_event_is_acted_on_before_the_next_poll()
    {
        var dead = false;
        world.Containers["a"] = at => dead ? new ContainerSample(at, "exited", Opened, 0) { ExitCode = 3 } : Running(at, Opened);
        var hold = Watch().HoldAsync([Gated("a")], Settings, Stop);
        dead = true;
        world.Raise("a", "die");

        var verdict = await hold.WaitAsync(Seconds(10), Stop);

        verdict.Services.Single().Reason.ShouldStartWith("the container exited with code 3");
        clock.GetUtcNow().ShouldBe(Opened);
    }

    [Fact]
    public async Task A_service_that_fails_takes_along_what_is_known_of_the_others()
    {
        world.Containers["bad"] = at => new ContainerSample(at, "exited", Opened, 0) { ExitCode = 1 };
        world.Containers["waiting"] = at => Running(at, Opened) with { Verdict = "starting" };

        var verdict = await Watch().HoldAsync([Gated("waiting"), Gated("bad")], Settings, Stop);

        verdict.Services.Select(service => service.State).ShouldBe([ServiceState.Unknown, ServiceState.Failed]);
        verdict.Services[0].Reason.ShouldStartWith("not healthy after");
    }

    [Fact]
    public async Task What_failed_is_not_forgotten_when_it_runs_again_at_the_last_look()
    {
        var looks = 0;
        world.Containers["a"] = at => looks++ == 0 ? new ContainerSample(at, "restarting", Opened, 1) { ExitCode = 137, OutOfMemory = true } : Running(at, at) with { RestartCount = 1 };

        var verdict = await Watch().HoldAsync([Gated("a")], Settings, Stop);

        looks.ShouldBe(2);
        verdict.Services.Single().State.ShouldBe(ServiceState.Failed);
        verdict.Services.Single().Reason.ShouldStartWith("the container was killed for its memory");
    }

    [Fact]
    public async Task The_gate_opens_within_100_ms_of_the_event_that_decides()
    {
        var healthy = false;
        world.Containers["a"] = at => Running(at, At(-20)) with { Verdict = healthy ? "healthy" : "starting", Probes = healthy ? [new ProbeEvidence(At(-15), 0, "")] : [] };
        var hold = Watch().HoldAsync([Gated("a")], Settings, Stop);
        healthy = true;
        world.Raise("a", "health_status: healthy");

        (await hold.WaitAsync(Seconds(60), Stop)).Passed.ShouldBeTrue();
        (clock.GetUtcNow() - Opened).ShouldBeLessThan(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task The_gate_opens_within_100_ms_of_the_end_of_min_healthy_time()
    {
        world.Containers["a"] = at => Running(at, At(-9.95));

        var hold = Watch().HoldAsync([Gated("a")], Settings, Stop);
        while (clock.Waits < 1)
            await Task.Delay(1, Stop);
        clock.Advance(TimeSpan.FromMilliseconds(60));

        (await hold.WaitAsync(Seconds(60), Stop)).Passed.ShouldBeTrue();
    }

    [Fact]
    public async Task What_happened_while_the_stream_of_events_was_cut_is_looked_for_when_it_is_back()
    {
        world.EventsEndAtOnce = true;
        var dead = false;
        world.Containers["a"] = at => dead ? new ContainerSample(at, "exited", Opened, 0) { ExitCode = 3 } : Running(at, Opened) with { Verdict = "starting" };
        var hold = Watch().HoldAsync([Gated("a")], Settings, Stop);
        while (clock.Waits < 2)
            await Task.Delay(1, Stop);
        dead = true;
        clock.Advance(Seconds(1));

        (await hold.WaitAsync(Seconds(60), Stop)).Services.Single().State.ShouldBe(ServiceState.Failed);
        (clock.GetUtcNow() - Opened).ShouldBe(Seconds(1));
    }

    [Fact]
    public async Task A_stream_of_events_that_ends_is_opened_again()
    {
        world.EventsEndAtOnce = true;
        world.Containers["a"] = at => Running(at, Opened);

        (await RunAsync(Settings, "a")).Passed.ShouldBeTrue();
        world.Listened.ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task An_engine_that_is_away_for_a_moment_is_forgiven()
    {
        world.Containers["a"] = at => at > At(3) && at < At(8) ? throw Gone() : Running(at, Opened);

        (await RunAsync(Settings, "a")).Passed.ShouldBeTrue();
    }

    [Fact]
    public async Task An_engine_that_is_gone_is_not_a_service_that_failed()
    {
        world.Containers["a"] = at => at > At(3) ? throw Gone() : Running(at, Opened);

        var refusal = await Should.ThrowAsync<WorldRefusedException>(() => RunAsync(Settings, "a"));

        refusal.Failure.ShouldBe(FailureClass.EngineUnreachable);
    }

    [Fact]
    public async Task A_stop_ends_the_wait_at_once()
    {
        using var stop = new CancellationTokenSource();
        world.Containers["a"] = at => Running(at, Opened);
        var hold = Watch().HoldAsync([Gated("a")], Settings, stop.Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => hold.WaitAsync(Seconds(10), Stop));
    }

    [Fact]
    public async Task An_address_is_asked_until_it_has_answered_for_long_enough()
    {
        world.Containers["a"] = at => Running(at, Opened);
        world.Address = at => new HttpAnswer(at, at > At(60), at > At(60) ? "200" : "503 instead of 200");

        var verdict = await RunAsync(Settings, "a with address");

        verdict.Services.Single().State.ShouldBe(ServiceState.Healthy);
        (clock.GetUtcNow() - Opened).ShouldBeInRange(Seconds(70), Seconds(80));
    }

    [Fact]
    public async Task A_single_look_says_what_is_there_and_waits_for_a_verdict_at_most()
    {
        world.Containers["gone"] = at => new ContainerSample(at, ContainerSample.Removed, null, 0);
        world.Containers["new"] = at => Running(at, Opened) with { Verdict = "starting" };
        world.Containers["fine"] = at => Running(at, At(-60)) with { Verdict = "healthy", Probes = [new ProbeEvidence(At(-5), 0, "")] };
        world.Containers["stale"] = at => Running(at, At(-1)) with { Verdict = "healthy", Probes = [new ProbeEvidence(At(-5), 0, "")] };
        world.Containers["plain"] = at => Running(at, Opened);
        world.Containers["down"] = at => new ContainerSample(at, "restarting", Opened, 9) { ExitCode = 1 };

        var health = await LookAsync([.. world.Containers.Keys]);

        health.ToDictionary(one => one.Service, one => one.State).ShouldBe(new Dictionary<string, ServiceState>
        {
            ["gone"] = ServiceState.NotDeployed,
            ["new"] = ServiceState.Unknown,
            ["fine"] = ServiceState.Healthy,
            ["stale"] = ServiceState.Unknown,
            ["plain"] = ServiceState.RunningUnverified,
            ["down"] = ServiceState.Failed,
        });
    }

    [Theory]
    [InlineData(true, ServiceState.Healthy)]
    [InlineData(false, ServiceState.Failed)]
    public async Task After_one_probe_that_failed_a_single_look_waits_for_those_that_decide(bool recovers, ServiceState expected)
    {
        world.Containers["wavering"] = at => Running(at, At(-60)) with
        {
            Verdict = recovers || at < At(30) ? "healthy" : "unhealthy",
            Interval = Seconds(10),
            Probes = at < At(10) ? [new ProbeEvidence(At(-1), 1, "timeout")] : [new ProbeEvidence(At(-1), 1, "timeout"), new ProbeEvidence(At(10), recovers ? 0 : 1, "")],
        };

        (await LookAsync("wavering")).Single().State.ShouldBe(expected);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<IReadOnlyList<ServiceHealth>> LookAsync(params string[] names)
    {
        var look = Watch().LookAsync([.. names.Select(Gated)], Seconds(60), Stop);
        while (!look.IsCompleted)
        {
            if (clock.Waits >= 1)
                clock.Advance(Seconds(1));
            else
                await Task.WhenAny(look, Task.Delay(1, Stop));
        }

        return await look;
    }

    private async Task<GateVerdict> RunAsync(GateSettings settings, params string[] names)
    {
        var hold = Watch().HoldAsync([.. names.Select(Gated)], settings, Stop);
        // The watch waits once for itself, once for each address, and once for a stream that ended.
        var waits = 1 + names.Count(name => name.Contains("address", StringComparison.Ordinal)) + (world.EventsEndAtOnce ? 1 : 0);
        while (!hold.IsCompleted)
        {
            if (clock.Waits >= waits)
                clock.Advance(Seconds(1));
            else
                await Task.WhenAny(hold, Task.Delay(1, Stop));
        }

        return await hold;
    }

    private HealthWatch Watch() => new(world, world, clock, new MemoryLog());

    private static GatedService Gated(string name)
    {
        var service = new Service { Name = name.Split(' ')[0], Location = new SourceLocation("compose.yml", 1, 1) };
        return new GatedService(name.Contains("address", StringComparison.Ordinal) ? service with { HealthUrl = new HealthUrl(new Uri("http://localhost:1/")) } : service, service.Name, service.Name);
    }

    private static WorldRefusedException Gone() => new(FailureClass.EngineUnreachable, "the engine does not answer", "start it");

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static DateTimeOffset At(double second) => Opened.AddSeconds(second);

    private static ContainerSample Running(DateTimeOffset at, DateTimeOffset started) => new(at, "running", started, 0);

    /// <summary>Knows how many waits are pending, so that time moves only when everything that it woke has come to rest.</summary>
    private sealed class SteppedClock(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private int waits;

        public int Waits => Volatile.Read(ref waits);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Counted(this);
            timer.Inner = base.CreateTimer(
                argument =>
                {
                    timer.Count(false);
                    callback(argument);
                },
                state, dueTime, period);
            timer.Count(dueTime != Timeout.InfiniteTimeSpan);
            return timer;
        }

        private sealed class Counted(SteppedClock clock) : ITimer
        {
            private int pending;

            public ITimer? Inner { get; set; }

            public void Count(bool isPending)
            {
                var now = isPending ? 1 : 0;
                Interlocked.Add(ref clock.waits, now - Interlocked.Exchange(ref pending, now));
            }

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                Count(dueTime != Timeout.InfiniteTimeSpan);
                return Inner!.Change(dueTime, period);
            }

            public void Dispose()
            {
                Count(false);
                Inner!.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                Count(false);
                return Inner!.DisposeAsync();
            }
        }
    }

    private sealed class World(TimeProvider clock) : IContainerObserver, IHttpProbe
    {
        private Action<ContainerEvent> listener = _ => { };

        public Dictionary<string, Func<DateTimeOffset, ContainerSample>> Containers { get; } = [];

        public Func<DateTimeOffset, HttpAnswer> Address { get; set; } = at => new HttpAnswer(at, true, "200");

        public bool EventsEndAtOnce { get; set; }

        public int Listened { get; private set; }

        public void Raise(string id, string action) => listener(new ContainerEvent(id, action));

        public Task<ContainerSample> LookAsync(string containerId, CancellationToken cancellationToken)
        {
            try
            {
                return Task.FromResult(Containers[containerId](clock.GetUtcNow()));
            }
            catch (WorldRefusedException refusal)
            {
                return Task.FromException<ContainerSample>(refusal);
            }
        }

        public async Task ListenAsync(IReadOnlyList<string> containerIds, Action<ContainerEvent> happened, CancellationToken cancellationToken)
        {
            Listened++;
            listener = happened;
            if (!EventsEndAtOnce)
                await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        public Task<HttpAnswer> AskAsync(HealthUrl address, CancellationToken cancellationToken) => Task.FromResult(Address(clock.GetUtcNow()));
    }
}
