using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Docker.DotNet.Models;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Scenarios.Health;

[Trait("Category", "Scenario")]
public class GateScenarios(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Serve = "mkdir /www; echo ok > /www/index.html; exec httpd -f -p ";

    private static readonly GateSettings Settings = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_answers_becomes_healthy_and_is_not_awaited_again()
    {
        var port = FreePort();
        var service = await engine.StartAsync(
            $"{Serve}8000 -h /www",
            container => (container.Healthcheck, container.ExposedPorts, container.HostConfig!.PortBindings) = (
                EngineFixture.Check("wget -q -O - http://127.0.0.1:8000/"),
                new Dictionary<string, EmptyStruct> { ["8000/tcp"] = default },
                new Dictionary<string, IList<PortBinding>> { ["8000/tcp"] = [new PortBinding { HostIP = "127.0.0.1", HostPort = $"{port}" }] }),
            described => described with { HealthUrl = new HealthUrl(new Uri($"http://localhost:{port}/")) });

        var first = await engine.Watch.HoldAsync([service], Settings, Stop);
        first.Services.Single().State.ShouldBe(ServiceState.Healthy, first.Services.Single().Reason);
        first.Services.Single().Terms.ShouldAllBe(term => term.Passed == true);

        // Until the container has run for longer than min-healthy-time before the gate opens.
        await engine.Watch.HoldAsync([service], Settings with { MinHealthyTime = TimeSpan.FromSeconds(4) }, Stop);
        var clock = Stopwatch.StartNew();
        var again = await engine.Watch.HoldAsync([service], Settings, Stop);
        again.Passed.ShouldBeTrue();
        clock.Elapsed.ShouldBeLessThan(Settings.MinHealthyTime, "waiting again takes at least that");

        var look = await engine.Watch.LookAsync([service], TimeSpan.Zero, Stop);
        look.Single().State.ShouldBe(ServiceState.Healthy, look.Single().Reason);
    }

    [Fact]
    public async Task A_service_is_not_awaited_until_the_engines_first_probe_when_its_own_check_passes()
    {
        var service = await engine.StartAsync(
            $"sleep 1; {Serve}8000 -h /www",
            container => container.Healthcheck = new HealthcheckConfig
            {
                Test = ["CMD-SHELL", "test \"$(wget -q -O - http://127.0.0.1:8000/)\" = ok"],
                Interval = TimeSpan.FromMinutes(5),
                Timeout = TimeSpan.FromSeconds(5),
            });

        var verdict = await engine.Watch.HoldAsync(
            [service], new GateSettings(TimeSpan.Zero, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)), Stop);

        var health = verdict.Services.Single();
        health.State.ShouldBe(ServiceState.Healthy, health.Reason);
        health.Reason.ShouldStartWith("its own check, run before the engine's first probe, passed");
        (await engine.Source.LookAsync(service.ContainerId, Stop)).Probes.ShouldBeEmpty();
        (await engine.Watch.LookAsync([service], TimeSpan.Zero, Stop)).Single().State.ShouldBe(ServiceState.Healthy);
    }

    [Theory]
    [InlineData("exit 1")]
    [InlineData("sleep 600")]
    [InlineData("no-such-program")]
    public async Task A_check_that_does_not_pass_opens_no_gate_whoever_runs_it(string check)
    {
        var service = await engine.StartAsync("sleep 600", container => container.Healthcheck = new HealthcheckConfig
        {
            Test = ["CMD-SHELL", check],
            Interval = TimeSpan.FromMinutes(5),
            Timeout = TimeSpan.FromSeconds(1),
        });

        var verdict = await engine.Watch.HoldAsync(
            [service], new GateSettings(TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)), Stop);

        verdict.Services.Single().State.ShouldBe(ServiceState.Failed);
        verdict.Services.Single().Reason.ShouldStartWith("not healthy within 5 s (healthy-deadline)");
    }

    [Fact]
    public async Task A_probe_that_fails_ends_the_wait_long_before_the_deadline()
    {
        var service = await engine.StartAsync(
            "sleep 600", container => container.Healthcheck = EngineFixture.Check("echo 'HTTP 503 from the application'; exit 1"));

        var (health, diagnosis) = await FailAsync(service);

        health.Reason.ShouldStartWith("unhealthy: 2 probes in a row failed");
        diagnosis.Failure.ShouldBe(FailureClass.Unhealthy);
        diagnosis.Evidence.ShouldContain(line => line.Contains("HTTP 503 from the application"));
        (await engine.Watch.LookAsync([service], TimeSpan.Zero, Stop)).Single().State.ShouldBe(ServiceState.Failed);
    }

    [Fact]
    public async Task A_crash_loop_is_seen_as_one_and_named_by_its_last_words()
    {
        var service = await engine.StartAsync(
            "exec 2>&1; echo starting; echo \"ModuleNotFoundError: No module named 'flask'\"; exit 3",
            container =>
            {
                container.HostConfig!.RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.UnlessStopped };
                container.Healthcheck = EngineFixture.Check("exit 1", retries: 3);
            });

        var (health, diagnosis) = await FailAsync(service);

        health.Reason.ShouldStartWith("the container restarted 3 times");
        diagnosis.Failure.ShouldBe(FailureClass.CrashLoop);
        diagnosis.Cause.ShouldContain("Python finds no module flask");
        diagnosis.Evidence.Where(line => line.StartsWith("log: ", StringComparison.Ordinal)).TakeLast(2)
            .ShouldBe(["log: starting", "log: ModuleNotFoundError: No module named 'flask'"]);
        diagnosis.Evidence.ShouldContain(line => line.EndsWith(": restarting, exit code 3, 3 restarts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_listens_on_another_port_is_told_which()
    {
        var service = await engine.StartAsync(
            $"{Serve}9000 -h /www",
            container => container.Healthcheck = EngineFixture.Check("wget -q -O - http://127.0.0.1:8000/"),
            described => described with { Healthcheck = new Healthcheck(["CMD-SHELL", "wget -q -O - http://127.0.0.1:8000/"], null, null, null, null, false) });

        var (_, diagnosis) = await FailAsync(service);

        diagnosis.Failure.ShouldBe(FailureClass.WrongPort, diagnosis.Cause);
        diagnosis.Cause.ShouldEndWith("it listens on port 9000, and is asked on port 8000");
    }

    [Fact]
    public async Task A_service_that_listens_on_nothing_is_told_so()
    {
        var service = await engine.StartAsync("sleep 600", container => container.Healthcheck = EngineFixture.Check("wget -q -O - http://127.0.0.1:8000/"));

        var (_, diagnosis) = await FailAsync(service);

        diagnosis.Failure.ShouldBe(FailureClass.Unhealthy);
        diagnosis.Cause.ShouldContain("listens on no port");
    }

    [Fact]
    public async Task A_healthcheck_whose_program_is_missing_is_told_from_a_sick_service()
    {
        var service = await engine.StartAsync(
            $"{Serve}8000 -h /www",
            container => container.Healthcheck = new HealthcheckConfig { Test = ["CMD", "curl", "-f", "http://localhost:8000/"], Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(1), Retries = 2 });

        var (_, diagnosis) = await FailAsync(service);

        diagnosis.Failure.ShouldBe(FailureClass.Unhealthy);
        diagnosis.Cause.ShouldEndWith("the image has no curl");
    }

    [Fact]
    public async Task A_verdict_from_before_a_restart_is_not_believed()
    {
        var service = await engine.StartAsync(
            "if [ -e /started ]; then rm /ok; else touch /started /ok; fi; exec sleep 600",
            container => container.Healthcheck = EngineFixture.Check("test -e /ok", retries: 3));
        (await engine.Watch.HoldAsync([service], Settings, Stop)).Passed.ShouldBeTrue();
        await engine.Client.Containers.RestartContainerAsync(service.ContainerId, new ContainerRestartParameters { WaitBeforeKillSeconds = 0 }, Stop);
        var inspected = await engine.Client.Containers.InspectContainerAsync(service.ContainerId, Stop);
        inspected.State!.Health!.Log.ShouldNotBeEmpty("the engine keeps the probes of the life before");

        var verdict = await engine.Watch.HoldAsync([service], Settings, Stop);

        verdict.Services.Single().State.ShouldBe(ServiceState.Failed);
    }

    [Fact]
    public async Task A_container_that_is_removed_under_the_gate_fails_it()
    {
        var service = await engine.StartAsync("sleep 600");
        var hold = engine.Watch.HoldAsync([service], Settings with { MinHealthyTime = TimeSpan.FromSeconds(15) }, Stop);
        await engine.Client.Containers.RemoveContainerAsync(service.ContainerId, new ContainerRemoveParameters { Force = true }, Stop);

        var health = (await hold).Services.Single();

        health.State.ShouldBe(ServiceState.Failed);
        (await engine.Watch.LookAsync([service], TimeSpan.Zero, Stop)).Single().State.ShouldBe(ServiceState.NotDeployed);
    }

    [Fact]
    public async Task A_container_that_takes_more_memory_than_it_may_is_out_of_memory()
    {
        var service = await engine.StartAsync(
            "sleep 1; exec tail /dev/zero",
            container =>
            {
                container.HostConfig!.Memory = container.HostConfig.MemorySwap = 16 * 1024 * 1024;
                container.HostConfig.RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.Always };
            },
            described => described with { MemoryLimit = 16 * 1024 * 1024 });

        var (_, diagnosis) = await FailAsync(service, Settings with { MinHealthyTime = TimeSpan.FromSeconds(10) });

        diagnosis.Failure.ShouldBe(FailureClass.OutOfMemory, diagnosis.Cause);
        diagnosis.Cause.ShouldContain("16 MiB");
    }

    [Fact]
    public async Task A_job_passes_by_ending_and_a_service_without_a_check_stays_unverified()
    {
        var job = await engine.StartAsync("echo migrated");
        var service = await engine.StartAsync("sleep 600", describe: described => described with
        {
            DependsOn = [new ServiceDependency(job.Service.Name, DependencyCondition.CompletedSuccessfully)],
        });

        var verdict = await engine.Watch.HoldAsync([job, service], Settings, Stop);

        verdict.Services.Select(health => health.State).ShouldBe([ServiceState.Healthy, ServiceState.RunningUnverified]);
    }

    [Fact]
    public async Task The_log_of_a_terminal_is_read_as_well()
    {
        var service = await engine.StartAsync("printf '\\033[31mKeyError: \\047SECRET_KEY\\047\\033[0m\\r\\n'; exit 1", container => container.Tty = true);

        var (_, diagnosis) = await FailAsync(service);

        diagnosis.Cause.ShouldEndWith("it exited with code 1: the environment variable SECRET_KEY is not set");
    }

    private async Task<(ServiceHealth Health, FailureDiagnosis Diagnosis)> FailAsync(GatedService service, GateSettings? settings = null)
    {
        var clock = Stopwatch.StartNew();
        var verdict = await engine.Watch.HoldAsync([service], settings ?? Settings, Stop);
        verdict.Services.Single().State.ShouldBe(ServiceState.Failed, verdict.Services.Single().Reason);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));
        var evidence = await engine.Evidence.CollectAsync([service], Stop);
        var outcome = new PhaseOutcome(2, PhaseResult.Failed, [], new GateFailed(verdict, evidence));
        var diagnosis = Diagnostician.FromPhase(outcome, [service.Service]).ShouldHaveSingleItem();
        TestContext.Current.TestOutputHelper?.WriteLine($"{diagnosis.Cause}\n{string.Join('\n', diagnosis.Evidence)}\n{diagnosis.Remedy}\n{diagnosis.NextCommand}");
        return (verdict.Services.Single(), diagnosis);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
