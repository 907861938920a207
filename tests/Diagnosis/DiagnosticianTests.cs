using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Diagnosis;

public class DiagnosticianTests
{
    [Fact]
    public void Findings_that_block_become_causes_and_what_many_stand_on_comes_first()
    {
        Finding[] findings =
        [
            new("VC201", FailureClass.DockerfileMissing, Certainty.Certain, "services/coreldove has no Dockerfile", "services/coreldove-backend/build/dockerfile", "commit one")
                { Service = "coreldove-backend", File = "phases/compose.yml", Line = 12 },
            new("VC302", FailureClass.PortConflict, Certainty.Likely, "only likely", "services/x", "nothing"),
            new("VC105", FailureClass.BuildContextNotFound, Certainty.Certain, "accepted", "services/y", "nothing") { Accepted = "known" },
            new("VC601", FailureClass.NetworkMissing, Certainty.Certain, "network dokploy-network does not exist", "networks/dokploy-network", "create it")
                { NextCommand = "docker network create dokploy-network", Evidence = ["the engine has: bridge, host, none"] },
        ];

        var diagnoses = Diagnostician.FromFindings(findings, "Preflight");

        diagnoses.Select(diagnosis => diagnosis.Failure).ShouldBe([FailureClass.NetworkMissing, FailureClass.DockerfileMissing]);
        diagnoses[0].NextCommand.ShouldBe("docker network create dokploy-network");
        diagnoses[0].Evidence.ShouldBe(["VC601 at networks/dokploy-network", "the engine has: bridge, host, none"]);
        diagnoses[1].Cause.ShouldBe("coreldove-backend: services/coreldove has no Dockerfile");
        diagnoses[1].Evidence.ShouldBe(["VC201 at phases/compose.yml:12: services/coreldove-backend/build/dockerfile"]);
        diagnoses[1].NextCommand.ShouldBe("./build.sh Preflight");
    }

    [Fact]
    public void Wrong_input_names_every_problem()
    {
        var diagnoses = Diagnostician.FromException(
            new InvalidInputException([new Problem("services/a", "no such thing", "write b"), new Problem("services/c", "twice", "once")]), "VerifyContexts");

        diagnoses.ShouldAllBe(diagnosis => diagnosis.Failure == FailureClass.InvalidCompose);
        diagnoses.Select(diagnosis => diagnosis.Cause).ShouldBe(["services/a: no such thing", "services/c: twice"]);
    }

    [Theory]
    [InlineData(FailureClass.EngineUnreachable, "docker version")]
    [InlineData(FailureClass.LockHeld, "./build.sh DeployPhase1 --wait-for-lock 10m")]
    [InlineData(FailureClass.GitHubUnavailable, "./build.sh DeployPhase1")]
    public void A_refusal_keeps_its_class_and_gets_a_command(FailureClass failure, string command)
    {
        var diagnosis = Diagnostician.FromException(new WorldRefusedException(failure, "said no\nand more", "try again", ["line"]), "DeployPhase1").ShouldHaveSingleItem();

        diagnosis.ShouldBe(new FailureDiagnosis(failure, null, "said no", diagnosis.Evidence, "try again", command) { Certainty = Certainty.Certain });
        diagnosis.Evidence.ShouldBe(["line"]);
    }

    [Fact]
    public void A_stop_is_no_fault_and_a_fault_is_no_stop()
    {
        Diagnostician.FromException(new TaskCanceledException(), "Deploy").ShouldHaveSingleItem().Failure.ShouldBe(FailureClass.Cancelled);
        var unknown = Diagnostician.FromException(new AggregateException(new InvalidOperationException("boom")), "Deploy").ShouldHaveSingleItem();
        unknown.Failure.ShouldBe(FailureClass.Unknown);
        unknown.Cause.ShouldBe("Deploy ended with an error that nobody foresaw: boom");
    }

    [Fact]
    public void A_phase_after_one_that_is_not_healthy_points_back_to_it()
    {
        var failure = new EarlierPhaseUnhealthy(1, [new ServiceHealth("saleor-api", ServiceState.NotDeployed, "no container of it exists", [])]);

        var diagnosis = Diagnostician.FromPhase(new PhaseOutcome(2, PhaseResult.NotStarted, [], failure), []).ShouldHaveSingleItem();

        diagnosis.Failure.ShouldBe(FailureClass.Unhealthy);
        diagnosis.Cause.ShouldBe("phase 2 was not begun: phase 1 is not healthy (saleor-api: no container of it exists)");
        diagnosis.NextCommand.ShouldBe("./build.sh DeployPhase1");
    }

    [Fact]
    public void A_phase_that_succeeded_has_no_diagnosis_and_a_cancelled_one_has()
    {
        Diagnostician.FromPhase(new PhaseOutcome(1, PhaseResult.Succeeded, [], null), []).ShouldBeEmpty();
        var cancelled = Diagnostician.FromPhase(new PhaseOutcome(6, PhaseResult.RolledBack, [], new DeploymentCancelled()), []).ShouldHaveSingleItem();
        cancelled.Failure.ShouldBe(FailureClass.Cancelled);
        cancelled.NextCommand.ShouldBe("./build.sh Deploy");
    }
}
