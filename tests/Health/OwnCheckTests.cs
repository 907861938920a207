using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Health;

/// <summary>A container's own check, run by us until the engine's first probe.</summary>
public class OwnCheckTests
{
    private static readonly DateTimeOffset Opened = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ContainerCheck Check = new(["curl", "-f", "http://localhost/"], TimeSpan.FromSeconds(10));
    private static readonly GateSettings Patience = new(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));

    [Fact]
    public void A_check_that_passes_and_passes_again_after_min_healthy_time_needs_no_probe_of_the_engine()
    {
        var gate = Gate(Patience);
        gate.See(Starting(At(0)));
        gate.CheckDue.ShouldBe(At(0.25));
        Run(gate, At(0.25), 0);
        gate.Judge(At(0.3)).Pending.ShouldBeTrue();
        gate.CheckDue.ShouldBe(At(10.25));
        gate.See(Starting(At(10.3)));
        gate.Judge(At(10.3)).Pending.ShouldBeTrue("nothing shows that it still passes");
        Run(gate, At(10.3), 0);

        var judgement = gate.Judge(At(10.4));

        judgement.Health.State.ShouldBe(ServiceState.Healthy);
        judgement.Health.Reason.ShouldStartWith("its own check, run before the engine's first probe, passed; running for");
        judgement.Health.Terms.ShouldAllBe(term => term.Passed == true);
        judgement.Health.AnsweringSince.ShouldBe(At(0.25));
    }

    [Fact]
    public void Without_a_time_of_stability_one_pass_is_enough()
    {
        var gate = Gate(Patience with { MinHealthyTime = TimeSpan.Zero });
        gate.See(Starting(At(0)));
        Run(gate, At(0.25), 0);

        gate.Judge(At(0.3)).Passed.ShouldBeTrue();
    }

    [Fact]
    public void A_check_that_fails_is_run_again_later_and_later_and_fails_nothing()
    {
        var gate = Gate(Patience);
        gate.See(Starting(At(0)));
        List<double> moments = [];
        for (var now = At(0.25); now < At(30); now = gate.CheckDue!.Value)
        {
            moments.Add((now - Opened).TotalSeconds);
            gate.See(Starting(now));
            Run(gate, now, 1);
            gate.Judge(now).Pending.ShouldBeTrue();
        }

        moments.Count.ShouldBeInRange(8, 16);
        moments.Zip(moments.Skip(1), (before, after) => after - before).ShouldAllBe(pause => pause >= 0.15 && pause <= 5.01);
    }

    [Fact]
    public void A_pass_after_failures_begins_the_time_of_stability_there()
    {
        var gate = Gate(Patience);
        gate.See(Starting(At(0)));
        Run(gate, At(0.25), 0);
        gate.See(Starting(At(10.25)));
        Run(gate, At(10.25), 1);
        gate.Judge(At(10.3)).Pending.ShouldBeTrue();
        gate.See(Starting(At(16)));
        Run(gate, At(16), 0);
        gate.Judge(At(16.1)).Pending.ShouldBeTrue();
        gate.See(Starting(At(26)));
        Run(gate, At(26), 0);

        gate.Judge(At(26.1)).Passed.ShouldBeTrue();
    }

    [Fact]
    public void A_probe_of_the_engine_that_fails_outweighs_a_pass_of_ours()
    {
        var gate = Gate(Patience);
        gate.See(Starting(At(0)));
        Run(gate, At(0.25), 0);
        var probed = Starting(At(12)) with { Probes = [new ProbeEvidence(At(5), 1, "503")] };
        gate.See(probed);

        gate.CheckDue.ShouldBeNull();
        gate.Judge(At(12)).Pending.ShouldBeTrue();
        gate.See(probed with { At = At(16), Verdict = "healthy", Probes = [.. probed.Probes, new ProbeEvidence(At(15), 0, "")] });
        gate.Judge(At(16)).Pending.ShouldBeTrue("it has passed for a second");
        gate.See(probed with { At = At(25), Verdict = "healthy", Probes = [.. probed.Probes, new ProbeEvidence(At(15), 0, "")] });
        gate.Judge(At(25)).Passed.ShouldBeTrue();
    }

    [Fact]
    public void A_restart_forgets_what_passed_before_it()
    {
        var own = new OwnCheck();
        var gate = Gate(Patience with { MinHealthyTime = TimeSpan.Zero }, own);
        gate.See(Starting(At(0)));
        gate.BeginCheck();
        gate.See(Starting(At(1), started: At(0.8)) with { RestartCount = 1 });
        gate.See(new ProbeEvidence(At(0.25), 0, ""), At(1));

        own.Results.ShouldBeEmpty();
        gate.Judge(At(1)).Pending.ShouldBeTrue();
        gate.CheckDue.ShouldBe(At(1.05));
    }

    [Fact]
    public void A_check_that_cannot_be_run_is_left_to_the_engine()
    {
        var gate = Gate(Patience);
        gate.See(Starting(At(0)));
        gate.BeginCheck();
        gate.See(null, At(0.3));

        gate.CheckDue.ShouldBeNull();
    }

    [Fact]
    public void Nothing_is_run_in_a_container_that_has_no_check_or_is_down_or_only_has_to_end()
    {
        var none = Gate(Patience);
        none.See(new ContainerSample(At(0), "running", At(0), 0));
        none.CheckDue.ShouldBeNull();

        var down = Gate(Patience);
        down.See(Starting(At(0)) with { Status = "restarting" });
        down.CheckDue.ShouldBeNull();

        var job = new HealthGate(new GatedService(Service(), "id", "name"), runsToCompletion: true, Patience, Opened);
        job.See(Starting(At(0)));
        job.CheckDue.ShouldBeNull();
    }

    [Fact]
    public void What_passed_at_the_gate_of_its_phase_is_not_run_again_at_the_next()
    {
        var own = new OwnCheck();
        var first = Gate(Patience with { MinHealthyTime = TimeSpan.Zero }, own);
        first.See(Starting(At(0)));
        Run(first, At(0.25), 0);

        var second = Gate(Patience with { MinHealthyTime = TimeSpan.Zero }, own);
        second.See(Starting(At(3)));

        second.CheckDue.ShouldBeNull();
        second.Judge(At(3)).Passed.ShouldBeTrue();
    }

    private static void Run(HealthGate gate, DateTimeOffset at, long exitCode)
    {
        gate.BeginCheck().ShouldBe(Check);
        gate.See(new ProbeEvidence(at, exitCode, ""), at);
    }

    private static HealthGate Gate(GateSettings settings, OwnCheck? own = null) =>
        new(new GatedService(Service(), "id", "name"), runsToCompletion: false, settings, Opened, own);

    private static Service Service() => new() { Name = "web", Location = new SourceLocation("compose.yml", 1, 1) };

    private static ContainerSample Starting(DateTimeOffset at, DateTimeOffset? started = null) =>
        new(at, "running", started ?? Opened, 0) { Verdict = "starting", Check = Check };

    private static DateTimeOffset At(double seconds) => Opened + TimeSpan.FromSeconds(seconds);
}
