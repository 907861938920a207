using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Diagnosis;

public class GateDiagnosisTests
{
    private static readonly HealthTerm Probed = new(HealthTermNames.Probes, false, "3 fresh probes failed in a row");

    [Fact]
    public void The_service_that_others_depend_on_comes_first()
    {
        Service[] services =
        [
            Service("ai-agents") with { Environment = new Dictionary<string, string?> { ["BRAIN_API_URL"] = "http://bizosaas-brain-staging:8001" } },
            Service("gateway") with { DependsOn = [new ServiceDependency("ai-agents", DependencyCondition.Healthy)] },
            Service("brain-api") with { ContainerName = "bizosaas-brain-staging" },
        ];

        var diagnoses = Diagnose(services, [.. services.Select(service => (Failed(service.Name), Evidence(service.Name)))]);

        diagnoses.Select(diagnosis => diagnosis.Service).ShouldBe(["brain-api", "ai-agents", "gateway"]);
        diagnoses[0].Cause.ShouldNotContain("depends on");
        diagnoses[1].Cause.ShouldEndWith("; it depends on brain-api, which failed too");
    }

    [Fact]
    public void A_dependency_that_is_ailing_but_not_yet_given_up_is_named_before_its_dependent()
    {
        Service[] services = [Service("web") with { DependsOn = [new ServiceDependency("api", DependencyCondition.Started)] }, Service("api"), Service("other")];

        var diagnoses = Diagnose(services,
            (Failed("web"), Evidence("web")),
            (Failed("api") with { State = ServiceState.Unknown }, Evidence("api") with { Probes = [new ProbeEvidence(default, 1, "503")] }),
            (Failed("other") with { State = ServiceState.Unknown }, Evidence("other") with { Probes = [new ProbeEvidence(default, 1, "503")] }));

        diagnoses.Select(diagnosis => diagnosis.Service).ShouldBe(["api", "web"]);
    }

    [Fact]
    public void A_circle_of_dependencies_ends()
    {
        Service[] services =
        [
            Service("a") with { DependsOn = [new ServiceDependency("b", DependencyCondition.Started)] },
            Service("b") with { DependsOn = [new ServiceDependency("a", DependencyCondition.Started)] },
        ];

        Diagnose(services, (Failed("a"), Evidence("a")), (Failed("b"), Evidence("b"))).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("curl: (7) Failed to connect to localhost port 8001 after 0 ms: Couldn't connect to server")]
    [InlineData("curl: (7) Failed to connect to localhost port 8001: Connection refused")]
    [InlineData("wget: can't connect to remote host (127.0.0.1): Connection refused")]
    public void A_port_on_which_nothing_listens_is_named_with_the_one_that_something_does(string output)
    {
        var service = Service("brain-api") with { Healthcheck = new Healthcheck(["CMD", "curl", "-f", "http://localhost:8001/health"], null, null, null, null, false) };
        var evidence = Evidence("brain-api") with { ListeningPorts = [8000], Probes = [new ProbeEvidence(default, 7, output)], Log = ["INFO:     Uvicorn running on http://0.0.0.0:8000"] };

        var diagnosis = Diagnose([service], (Failed("brain-api"), evidence)).ShouldHaveSingleItem();

        diagnosis.Failure.ShouldBe(FailureClass.WrongPort);
        diagnosis.Cause.ShouldBe("brain-api: it listens on port 8000, and is asked on port 8001");
        diagnosis.Remedy.ShouldBe("let the program listen on 8001, or change the port in healthcheck and ports to 8000");
    }

    [Fact]
    public void A_published_port_behind_which_nothing_listens_is_a_wrong_port_too()
    {
        var service = Service("web") with { Ports = [new PortMapping(8000, 8002)], HealthUrl = new HealthUrl(new Uri("http://localhost:8002/")) };
        var health = Failed("web") with { Terms = [new HealthTerm("GET http://localhost:8002/ answers 200", false, "the connection was closed without an answer")] };

        var diagnosis = Diagnose([service], (health, Evidence("web") with { ListeningPorts = [3000] })).ShouldHaveSingleItem();

        diagnosis.Failure.ShouldBe(FailureClass.WrongPort);
        diagnosis.Cause.ShouldBe("web: it listens on port 3000, and is asked on port 8000");
    }

    [Theory]
    [InlineData("""OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH: unknown""")]
    [InlineData("/bin/sh: curl: not found")]
    [InlineData("/bin/sh: 1: curl: not found")]
    public void A_probe_without_its_program_says_so(string output)
    {
        var diagnosis = Diagnose([Service("web")], (Failed("web"), Evidence("web") with { Probes = [new ProbeEvidence(default, -1, output)] })).ShouldHaveSingleItem();

        diagnosis.Failure.ShouldBe(FailureClass.Unhealthy);
        diagnosis.Cause.ShouldBe("web: its healthcheck cannot run: the image has no curl");
    }

    [Fact]
    public void A_service_that_runs_and_lacks_its_database_is_not_merely_unhealthy()
    {
        var evidence = Evidence("web") with
        {
            Probes = [new ProbeEvidence(default, 22, "curl: (22) The requested URL returned error: 503")],
            Log = ["ERROR:root:db ping: connection to server at \"vps\" (172.17.0.1), port 5433 failed: FATAL:  password authentication failed for user \"wagtail\""],
        };

        var diagnosis = Diagnose([Service("web")], (Failed("web"), evidence)).ShouldHaveSingleItem();

        diagnosis.Failure.ShouldBe(FailureClass.CredentialsRejected);
        diagnosis.Cause.ShouldBe("web: it runs and is not healthy: PostgreSQL rejected the password of user wagtail");
    }

    [Fact]
    public void What_shows_no_cause_stays_unhealthy_with_the_gate_s_own_words()
    {
        var diagnosis = Diagnose([Service("web")], (Failed("web"), Evidence("web"))).ShouldHaveSingleItem();

        diagnosis.Failure.ShouldBe(FailureClass.Unhealthy);
        diagnosis.Cause.ShouldBe("web: unhealthy: 3 probes in a row failed");
        diagnosis.Evidence.ShouldContain("container web-1: running, 0 restarts");
    }

    [Fact]
    public void A_kill_for_memory_names_the_limit()
    {
        var service = Service("web") with { MemoryLimit = 64 * 1024 * 1024 };

        var diagnosis = Diagnose([service], (Failed("web"), Evidence("web") with { Status = "exited", ExitCode = 137, OutOfMemory = true })).ShouldHaveSingleItem();

        diagnosis.Failure.ShouldBe(FailureClass.OutOfMemory);
        diagnosis.Cause.ShouldBe("web: the kernel killed it for its memory: it may use 64 MiB");
    }

    [Fact]
    public void A_port_that_is_taken_on_the_host_s_own_network_is_a_conflict()
    {
        var service = Service("web") with { NetworkMode = "host" };
        var evidence = Evidence("web") with { Status = "restarting", ExitCode = 1, RestartCount = 3, Log = ["Error: listen EADDRINUSE: address already in use 0.0.0.0:8000"] };

        Diagnose([service], (Failed("web"), evidence)).ShouldHaveSingleItem().Failure.ShouldBe(FailureClass.PortConflict);
    }

    [Fact]
    public void A_gate_that_failed_without_a_failing_service_is_honest_about_it()
    {
        var diagnosis = Diagnose([Service("web")], (Failed("web") with { State = ServiceState.Unknown }, Evidence("web"))).ShouldHaveSingleItem();

        diagnosis.Failure.ShouldBe(FailureClass.Unknown);
    }

    private static IReadOnlyList<FailureDiagnosis> Diagnose(IReadOnlyList<Service> services, params (ServiceHealth Health, ContainerEvidence Evidence)[] seen) =>
        Diagnostician.FromPhase(
            new PhaseOutcome(2, PhaseResult.Failed, [], new GateFailed(new GateVerdict([.. seen.Select(one => one.Health)]), [.. seen.Select(one => one.Evidence)])),
            services);

    private static Service Service(string name) => new() { Name = name, Location = new SourceLocation("compose.yml", 1, 1) };

    private static ServiceHealth Failed(string name) => new(name, ServiceState.Failed, "unhealthy: 3 probes in a row failed", [Probed]);

    private static ContainerEvidence Evidence(string name) => new(name, $"{name}-1", "running", null, false, 0, "", [], [], null);
}
