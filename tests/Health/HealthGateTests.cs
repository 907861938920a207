using CsCheck;
using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Health;

public class HealthGateTests
{
    private static readonly DateTimeOffset Opened = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly GateSettings Settings = new(Seconds(10), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));

    [Fact]
    public void Fresh_probes_that_pass_for_min_healthy_time_make_a_service_healthy()
    {
        var gate = Gate();
        gate.See(Running(At(0), started: At(0)) with { Verdict = "starting" });
        gate.Judge(At(0)).Pending.ShouldBeTrue();
        gate.See(Running(At(30), started: At(0)) with { Verdict = "healthy", Probes = [Passing(At(30))] });
        gate.Judge(At(30)).Pending.ShouldBeTrue();
        gate.NextLook(At(30)).ShouldBe(At(40));
        gate.See(Running(At(40), started: At(0)) with { Verdict = "healthy", Probes = [Passing(At(30))] });

        var judgement = gate.Judge(At(40));

        judgement.Health.State.ShouldBe(ServiceState.Healthy);
        judgement.Health.Reason.ShouldBe("1 fresh probe passed in a row; running for 40 s, 10 s were asked (min-healthy-time)");
    }

    [Fact]
    public void The_time_that_passed_since_the_last_look_proves_nothing()
    {
        var gate = Gate();
        gate.See(Running(At(30), started: At(0)) with { Verdict = "healthy", Probes = [Passing(At(30))] });

        gate.Judge(At(120)).Pending.ShouldBeTrue();
    }

    [Fact]
    public void A_verdict_from_before_the_start_is_not_believed_either_way()
    {
        foreach (var (verdict, stale) in new[] { ("healthy", Passing(At(-60))), ("unhealthy", Failing(At(-60))) })
        {
            var gate = Gate();
            gate.See(Running(At(1), started: At(0)) with { Verdict = verdict, Probes = [stale, stale, stale] });
            gate.See(Running(At(60), started: At(0)) with { Verdict = verdict, Probes = [stale, stale, stale] });

            var judgement = gate.Judge(At(60));
            judgement.Pending.ShouldBeTrue();
            judgement.Health.Terms.Single(term => term.Name == HealthTermNames.Probes).Observed.ShouldContain("from before");
        }
    }

    [Fact]
    public void A_failing_probe_begins_the_window_anew()
    {
        var gate = Gate();
        gate.See(Running(At(5), started: At(0)) with { Verdict = "healthy", Probes = [Passing(At(5))] });
        gate.See(Running(At(10), started: At(0)) with { Verdict = "healthy", Probes = [Passing(At(5)), Failing(At(10))] });
        gate.See(Running(At(15), started: At(0)) with { Verdict = "healthy", Probes = [Passing(At(5)), Failing(At(10)), Passing(At(14))] });
        gate.Judge(At(15)).Pending.ShouldBeTrue();

        gate.See(Running(At(24), started: At(0)) with { Verdict = "healthy", Probes = [Failing(At(10)), Passing(At(14)), Passing(At(19))] });
        gate.Judge(At(24)).Health.State.ShouldBe(ServiceState.Healthy);
    }

    [Fact]
    public void Docker_s_unhealthy_after_all_retries_fails_at_once()
    {
        var gate = Gate();
        gate.See(Running(At(90), started: At(0)) with { Verdict = "unhealthy", Retries = 3, Probes = [Failing(At(30)), Failing(At(60)), Failing(At(90))] });

        var health = gate.Judge(At(90)).Health;

        health.State.ShouldBe(ServiceState.Failed);
        health.Reason.ShouldBe(
            "unhealthy: 3 probes in a row failed, 1 min 30 s after the gate opened; last seen: running, last probe exit code 22: curl: (22) The requested URL returned error: 503");
    }

    [Fact]
    public void Before_anything_passed_a_restart_is_forgiven_and_the_third_is_a_crash_loop()
    {
        var gate = Gate();
        gate.See(Starting(At(1), started: At(0)));
        gate.See(Starting(At(5), started: At(4), restarts: 1));
        gate.See(Starting(At(12), started: At(4), restarts: 1));
        gate.Judge(At(12)).Pending.ShouldBeTrue();
        gate.See(new ContainerSample(At(13), "restarting", At(4), 2) { ExitCode = 1 });
        gate.Judge(At(13)).Pending.ShouldBeTrue();
        gate.See(Starting(At(14), started: At(14), restarts: 2));
        gate.Restarts.ShouldBe(2);
        gate.See(new ContainerSample(At(15), "restarting", At(14), 3) { ExitCode = 1 });

        var health = gate.Judge(At(15)).Health;

        health.State.ShouldBe(ServiceState.Failed);
        health.Reason.ShouldBe("the container restarted 3 times, 15 s after the gate opened; last seen: restarting, exit code 1, 3 restarts");
    }

    [Fact]
    public void A_restart_by_hand_counts_though_the_engine_counts_from_zero_again()
    {
        var gate = Gate();
        gate.See(Starting(At(1), started: At(0)));
        gate.See(Starting(At(5), started: At(4)));

        gate.Restarts.ShouldBe(1);
        gate.See(Starting(At(13), started: At(4)));
        gate.Judge(At(13)).Pending.ShouldBeTrue();
    }

    [Fact]
    public void A_restart_within_the_window_fails_the_gate_at_once_whatever_showed_that_it_had_begun()
    {
        var bare = Gate();
        bare.See(Running(At(1), started: At(0)));
        bare.See(Running(At(5), started: At(4), restarts: 1));
        bare.Judge(At(5)).Health.Reason.ShouldStartWith("the container restarted within 10 s (min-healthy-time) after it had begun to pass, 5 s after the gate opened");

        var probed = Gate();
        probed.See(Starting(At(1), started: At(0)) with { Verdict = "healthy", Probes = [Passing(At(1))] });
        probed.See(new ContainerSample(At(4), "restarting", At(0), 1) { ExitCode = 1 });
        probed.Judge(At(4)).HasFailed.ShouldBeTrue();

        var asked = Gate(Service() with { HealthUrl = new HealthUrl(new Uri("http://localhost:8000/health")) });
        asked.See(Running(At(1), started: At(0)));
        asked.See(new HttpAnswer(At(2), true, "200"));
        asked.See(Running(At(5), started: At(4), restarts: 1));
        asked.Judge(At(5)).HasFailed.ShouldBeTrue();
    }

    [Fact]
    public void A_job_may_be_restarted_until_it_succeeds()
    {
        var gate = new HealthGate(new GatedService(Service(), "id", "name"), runsToCompletion: true, Settings, Opened);
        gate.See(Running(At(1), started: At(0)));
        gate.See(Running(At(5), started: At(4), restarts: 1));
        gate.Judge(At(5)).Pending.ShouldBeTrue();
        gate.See(new ContainerSample(At(6), "exited", At(4), 1) { ExitCode = 0 });
        gate.Judge(At(6)).Health.State.ShouldBe(ServiceState.Healthy);
    }

    [Fact]
    public void A_service_that_nothing_restarts_or_checks_has_done_its_work_when_it_exits_with_0()
    {
        var once = new ContainerSample(At(2), "exited", At(0), 0) { ExitCode = 0 };
        State(Service(), once).ShouldBe(ServiceState.Healthy);
        State(Service(), once with { ExitCode = 3 }).ShouldBe(ServiceState.Failed);
        State(Service() with { Restart = "unless-stopped" }, once).ShouldBe(ServiceState.Failed);
        State(Service() with { HealthUrl = new HealthUrl(new Uri("http://localhost:8000/health")) }, once).ShouldBe(ServiceState.Failed);
        State(Service(), once with { Verdict = "starting" }).ShouldBe(ServiceState.Failed);

        static ServiceState State(Service service, ContainerSample sample)
        {
            var gate = Gate(service);
            gate.See(sample);
            return gate.Judge(At(2)).Health.State;
        }
    }

    [Fact]
    public void Since_when_it_answers_is_said_by_its_address_else_its_probes_else_its_start()
    {
        var probed = Gate();
        probed.See(Running(At(12), started: At(0)) with { Verdict = "healthy", Probes = [Failing(At(1)), Passing(At(2)), Passing(At(11))] });
        probed.Judge(At(12)).Health.AnsweringSince.ShouldBe(At(2));

        var bare = Gate();
        bare.See(Running(At(12), started: At(1)));
        bare.Judge(At(12)).Health.AnsweringSince.ShouldBe(At(1));
    }

    [Fact]
    public void Restarts_from_before_do_not_count_against_a_container_that_has_run_well_since()
    {
        var gate = Gate();
        gate.See(Running(At(0), started: At(-3600), restarts: 7));

        gate.Judge(At(0)).Health.State.ShouldBe(ServiceState.RunningUnverified);
    }

    [Fact]
    public void A_container_that_ran_healthy_before_the_gate_opened_passes_at_the_first_look()
    {
        var gate = Gate();
        gate.See(Running(At(0), started: At(-3600)) with { Verdict = "healthy", Probes = [.. Enumerable.Range(0, 5).Select(n => Passing(At(n - 5)))] });

        gate.Judge(At(0)).Health.State.ShouldBe(ServiceState.Healthy);
    }

    [Fact]
    public void A_container_that_recovered_a_moment_ago_does_not()
    {
        var gate = Gate();
        gate.See(Running(At(0), started: At(-3600)) with { Verdict = "healthy", Probes = [Failing(At(-9)), Passing(At(-6)), Passing(At(-3))] });

        gate.Judge(At(0)).Pending.ShouldBeTrue();
    }

    [Fact]
    public void Without_any_check_a_service_is_running_and_unverified()
    {
        var gate = Gate();
        gate.See(Running(At(0), started: At(0)));
        gate.Judge(At(9)).Pending.ShouldBeTrue();
        gate.NextLook(At(9)).ShouldBe(At(10));
        gate.See(Running(At(10), started: At(0)));

        var health = gate.Judge(At(10)).Health;

        health.State.ShouldBe(ServiceState.RunningUnverified);
        health.Reason.ShouldContain("nothing checks it");
        health.Terms.Single(term => term.Name == HealthTermNames.Probes).Passed.ShouldBeNull();
    }

    [Fact]
    public void An_address_must_answer_for_min_healthy_time_too()
    {
        var gate = Gate(Service() with { HealthUrl = new HealthUrl(new Uri("http://localhost:8000/health")) });
        gate.See(Running(At(1), started: At(0)));
        gate.See(new HttpAnswer(At(-1), true, "200"));
        gate.See(Running(At(11), started: At(0)));
        gate.See(new HttpAnswer(At(11), true, "200"));
        gate.Judge(At(11)).Pending.ShouldBeTrue();
        gate.See(new HttpAnswer(At(15), false, "503 instead of 200"));
        gate.See(new HttpAnswer(At(16), true, "200"));
        gate.See(new HttpAnswer(At(26), true, "200"));
        gate.See(Running(At(26), started: At(0)));

        var health = gate.Judge(At(26)).Health;

        health.State.ShouldBe(ServiceState.Healthy);
        health.Terms.ShouldContain(term => term.Name == "GET http://localhost:8000/health answers 200" && term.Passed == true && term.Observed == "200, 2 times in a row");
    }

    [Theory]
    [InlineData("exited", 3, "the container exited with code 3 and is not restarted")]
    [InlineData("dead", 0, "the container is dead")]
    [InlineData(ContainerSample.Removed, 0, "the container was removed")]
    public void A_container_that_ended_for_good_fails_without_waiting_for_the_deadline(string status, long exitCode, string reason)
    {
        var gate = Gate();
        gate.See(new ContainerSample(At(2), status, At(0), 0) { ExitCode = exitCode });

        gate.Judge(At(2)).Health.State.ShouldBe(ServiceState.Failed);
        gate.Judge(At(2)).Health.Reason.ShouldStartWith(reason);
    }

    [Fact]
    public void A_kill_for_memory_is_remembered_though_the_engine_forgets_it_with_the_restart()
    {
        var gate = Gate();
        gate.See(Running(At(0), started: At(0)));
        gate.SeeOutOfMemory();
        gate.See(new ContainerSample(At(1), "restarting", At(0), 1) { ExitCode = 137 });

        var health = gate.Judge(At(1)).Health;

        health.State.ShouldBe(ServiceState.Failed);
        health.Reason.ShouldStartWith("the container was killed for its memory");
    }

    [Fact]
    public void A_kill_for_memory_counts_though_no_look_came_before_the_restart()
    {
        var gate = Gate();
        gate.See(Running(At(0), started: At(0)));
        gate.SeeOutOfMemory();
        gate.Judge(At(0)).Pending.ShouldBeTrue("a process in the container was killed, not the container");
        gate.See(Running(At(1), started: At(1), restarts: 1));

        gate.Judge(At(1)).Health.Reason.ShouldStartWith("the container was killed for its memory and restarted");
    }

    [Fact]
    public void A_job_is_healthy_when_it_ended_with_zero_and_not_before()
    {
        var gate = new HealthGate(new GatedService(Service(), "id", "name"), runsToCompletion: true, Settings, Opened);
        gate.See(Running(At(0), started: At(0)));
        gate.See(Running(At(60), started: At(0)));
        gate.Judge(At(60)).Pending.ShouldBeTrue();
        gate.See(new ContainerSample(At(61), "exited", At(0), 0));

        gate.Judge(At(61)).Health.State.ShouldBe(ServiceState.Healthy);
    }

    [Fact]
    public void The_deadline_says_which_wait_it_was_and_what_was_seen_last()
    {
        var gate = Gate();
        gate.See(Running(At(290), started: At(0)) with { Verdict = "starting", Interval = Seconds(30), Probes = [] });
        gate.Judge(At(299)).Pending.ShouldBeTrue();

        var health = gate.Judge(At(300)).Health;

        health.State.ShouldBe(ServiceState.Failed);
        health.Reason.ShouldBe("not healthy within 5 min (healthy-deadline); last seen: running, no probe since it started (one every 30 s)");
    }

    [Fact]
    public void A_service_that_loses_its_health_while_others_are_awaited_is_awaited_again()
    {
        var gate = Gate();
        gate.See(Running(At(10), started: At(0)) with { Verdict = "healthy", Probes = [Passing(At(0))] });
        gate.Judge(At(10)).Passed.ShouldBeTrue();
        gate.See(Running(At(12), started: At(0)) with { Verdict = "healthy", Probes = [Passing(At(0)), Failing(At(11))] });

        gate.Judge(At(12)).Pending.ShouldBeTrue();
        gate.Judge(At(300)).Pending.ShouldBeTrue();
        gate.Judge(At(312)).HasFailed.ShouldBeTrue();
    }

    [Fact]
    public void No_history_whatsoever_makes_healthy_what_restarted_or_failed_a_probe_in_the_window() => Histories.Sample(history =>
    {
        var gate = Gate();
        var reached = new List<ContainerSample>();
        foreach (var sample in history)
        {
            gate.See(sample);
            reached.Add(sample);
            if (!gate.Judge(sample.At).Passed)
                continue;

            var from = sample.At - Settings.MinHealthyTime;
            sample.IsRunning.ShouldBeTrue();
            sample.StartedAt!.Value.ShouldBeLessThanOrEqualTo(from);
            sample.Verdict.ShouldBe("healthy");
            var fresh = reached.SelectMany(seen => seen.Probes).Where(probe => probe.Start >= sample.StartedAt).Distinct().ToList();
            fresh.ShouldContain(probe => probe.Start <= from && probe.ExitCode == 0);
            fresh.ShouldNotContain(probe => probe.Start >= from && probe.ExitCode != 0);
        }
    });

    [Fact]
    public void Past_the_deadline_nothing_is_pending() => Histories.Sample(history =>
    {
        var gate = Gate();
        foreach (var sample in history)
            gate.See(sample);

        gate.Judge(At(100_000)).Pending.ShouldBeFalse();
    });

    /// <summary>Containers that run, fail probes, crash and come back, looked at every now and then.</summary>
    private static readonly Gen<List<ContainerSample>> Histories = Gen.Select(Gen.Int[0, 99].Array[80], Gen.Int[1, 7]).Select((dice, interval) =>
    {
        List<ContainerSample> samples = [];
        List<ProbeEvidence> log = [Passing(At(-7)), Passing(At(-5))];
        var (started, restarts, verdict, streak) = (At(0), 0L, "healthy", 0);
        for (var second = 1; second <= dice.Length; second++)
        {
            var die = dice[second - 1];
            if (die >= 96)
                (started, restarts, verdict, streak) = (At(second), restarts + 1, "starting", 0);
            else if (second % interval == 0)
            {
                var passes = die >= 12;
                log = [.. log.Append(passes ? Passing(At(second)) : Failing(At(second))).TakeLast(5)];
                streak = passes ? 0 : streak + 1;
                verdict = passes ? "healthy" : streak >= 3 ? "unhealthy" : verdict;
            }

            if (die % 2 == 0)
                samples.Add(Running(At(second), started, restarts) with { Verdict = verdict, Probes = log, Interval = Seconds(interval) });
        }

        return samples;
    });

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static DateTimeOffset At(double second) => Opened.AddSeconds(second);

    private static Service Service() => new() { Name = "brain-api", Location = new SourceLocation("compose.yml", 1, 1) };

    private static HealthGate Gate(Service? service = null) =>
        new(new GatedService(service ?? Service(), "id", "name"), runsToCompletion: false, Settings, Opened);

    private static ContainerSample Running(DateTimeOffset at, DateTimeOffset started, long restarts = 0) => new(at, "running", started, restarts);

    private static ContainerSample Starting(DateTimeOffset at, DateTimeOffset started, long restarts = 0) =>
        Running(at, started, restarts) with { Verdict = "starting" };

    private static ProbeEvidence Passing(DateTimeOffset start) => new(start, 0, "ok");

    private static ProbeEvidence Failing(DateTimeOffset start) => new(start, 22, "curl: (22) The requested URL returned error: 503\r\n");
}
