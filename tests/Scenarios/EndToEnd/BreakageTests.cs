using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Fixture;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>The known failures, each provoked on top of a good deployment: the right class, evidence, a remedy that works, and what ran before runs on.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed partial class BreakageTests(BreakageTests.Fixture fixture) : IClassFixture<BreakageTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task A_context_that_is_not_in_the_repository_is_found_before_anything_is_built_and_the_right_path_is_named()
    {
        var diagnosis = await BreakAsync(Breakage.Find("build-context-not-found")!.Apply(World.Good), "build-context-not-found", "brain-api");

        (diagnosis.Cause + string.Join(' ', diagnosis.Evidence)).ShouldContain("ai/services/bizosaas-brain");
        diagnosis.Remedy.ShouldContain(ScenarioRepository.PathOf("brain-api"));
        await RepairAsync(World.Good);
    }

    [Fact]
    public async Task A_folder_without_a_Dockerfile_is_found_before_anything_is_built_and_a_Dockerfile_there_is_the_remedy()
    {
        var broken = Breakage.Find("dockerfile-missing")!.Apply(World.Good);
        var diagnosis = await BreakAsync(broken, "dockerfile-missing", "coreldove-backend");

        (diagnosis.Cause + diagnosis.Remedy).ShouldContain(ScenarioRepository.PathOf("coreldove-backend"));
        (await World.ReadReportAsync()).Findings("coreldove-backend").ShouldContain("VC201");
        var service = FixtureService.Built.Single(built => built.Name == "coreldove-backend");
        await World.Repository.CommitAsync(
            "A Dockerfile again", [($"{service.Path}/Dockerfile", World.Machine.OnBaseImage(FixtureFiles.Dockerfile(service)))], FixtureRepository.WithoutDockerfile);
        await RepairAsync(broken);
    }

    [Fact]
    public async Task A_failing_build_step_is_shown_and_the_phase_is_not_touched()
    {
        var broken = Breakage.Find("build-failure")!.Apply(World.Good);
        var diagnosis = await BreakAsync(broken, "build-failure", "ai-agents");

        string.Join('\n', diagnosis.Evidence).ShouldContain("langchain==9.99.0");
        await World.Repository.CommitAsync(
            "Unpin", [($"{ScenarioRepository.PathOf("ai-agents")}/requirements.txt", "fastapi==0.115.0\nlangchain==0.3.1\n")], FixtureRepository.WithPinnedPackage);
        await RepairAsync(broken);
    }

    [Fact]
    public async Task A_port_held_by_a_container_names_the_container()
    {
        var port = World.Machine.FreePort();
        var holder = $"{World.Project}-port-holder";
        await World.EnsureGoodAsync();
        await World.Machine.HoldPortAsync(holder, port);
        try
        {
            var broken = MoveAmazonTo(port);
            var diagnosis = await BreakAsync(broken, "port-conflict", "amazon-sourcing");

            (diagnosis.Cause + string.Join(' ', diagnosis.Evidence)).ShouldContain(holder);
            (diagnosis.Cause + string.Join(' ', diagnosis.Evidence)).ShouldContain(port.ToString(CultureInfo.InvariantCulture));
            await World.Machine.RemoveContainerAsync(holder);
            await RepairAsync(broken);
        }
        finally
        {
            await World.Machine.RemoveContainerAsync(holder);
        }
    }

    [Fact]
    public async Task A_port_held_by_an_ordinary_process_names_the_process()
    {
        var port = World.Machine.FreePort();
        await World.EnsureGoodAsync();
        using var holder = Process.Start(new ProcessStartInfo(World.Machine.Busybox, ["httpd", "-f", "-p", port.ToString(CultureInfo.InvariantCulture), "-h", World.Folder]))!;
        try
        {
            var broken = MoveAmazonTo(port);
            var diagnosis = await BreakAsync(broken, "port-conflict", "amazon-sourcing");

            var said = diagnosis.Cause + string.Join(' ', diagnosis.Evidence);
            said.ShouldContain("busybox");
            said.ShouldContain(holder.Id.ToString(CultureInfo.InvariantCulture));
            holder.Kill();
            await holder.WaitForExitAsync(TestContext.Current.CancellationToken);
            await AcceptAsync(broken);
        }
        finally
        {
            if (!holder.HasExited)
                holder.Kill();
        }
    }

    [Fact]
    public async Task A_database_that_refuses_is_found_by_a_handshake()
    {
        var closed = World.Machine.FreePort().ToString(CultureInfo.InvariantCulture);
        var open = World.Machine.PostgreSql.Port.ToString(CultureInfo.InvariantCulture);
        var diagnosis = await BreakAsync(World.Good.With($":{open}/", $":{closed}/"), "database-unreachable");

        (diagnosis.Cause + string.Join(' ', diagnosis.Evidence)).ShouldContain($"{World.Machine.PostgreSql.Host}:{closed}");
        await RepairAsync(World.Good);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_named_and_creating_it_is_the_remedy()
    {
        var broken = Breakage.Find("database-unknown")!.Apply(World.Good);
        var diagnosis = await BreakAsync(broken, "database-unreachable");

        (diagnosis.Cause + string.Join(' ', diagnosis.Evidence)).ShouldContain("bizosaas_production");
        await World.Machine.CreateDatabaseAsync("bizosaas_production");
        try
        {
            await AcceptAsync(broken);
        }
        finally
        {
            await World.DeployGoodAsync();
            await World.Machine.DropDatabaseAsync("bizosaas_production");
        }
    }

    [Fact]
    public async Task A_wrong_password_is_told_from_a_database_that_is_away()
    {
        var broken = Breakage.Find("credentials-rejected")!.Apply(World.Good);
        var diagnosis = await BreakAsync(broken, "credentials-rejected");

        diagnosis.ToString().ShouldNotContain("not-the-password-of-this-server");
        (await World.ReadReportAsync()).ToString().ShouldNotContain("not-the-password-of-this-server");
        await RepairAsync(World.Good);
    }

    [Fact]
    public async Task A_missing_network_is_named_with_the_command_that_creates_it()
    {
        var broken = Breakage.Find("network-missing")!.Apply(World.Good);
        var diagnosis = await BreakAsync(broken, "network-missing");

        var command = CreateNetwork().Match($"{diagnosis.NextCommand}\n{diagnosis.Remedy}");
        command.Success.ShouldBeTrue(diagnosis.ToString());
        var network = command.Groups["name"].Value.Trim('\'', '"', '`', '.');
        await World.Engine.CreateNetworkAsync(network);
        try
        {
            await AcceptAsync(broken);
        }
        finally
        {
            await World.DeployGoodAsync();
            await World.Engine.RemoveNetworkAsync(network);
        }
    }

    /// <summary>Deploys the broken state over the good one.</summary>
    /// <returns>The first diagnosis of the expected class.</returns>
    private async Task<ReportedDiagnosis> BreakAsync(DemoInput broken, string expected, string? service = null)
    {
        await World.EnsureGoodAsync();
        var before = await World.Engine.FingerprintAsync();
        await World.WriteAsync(broken);
        World.DeleteOutput();

        var run = (await World.RunAsync("Deploy")).ShouldEndWith(1);

        (await World.Engine.FingerprintAsync()).ShouldBe(before, run.Output);
        var report = await World.ReadReportAsync();
        report.Outcome.ShouldBe("failed");
        report.ExitCode.ShouldBe(1);
        report.Classes.Distinct().ShouldBe([expected], run.Output);
        if (service is not null)
            report.Diagnoses.Select(diagnosis => diagnosis.Service).ShouldContain(service);
        foreach (var diagnosis in report.Diagnoses)
        {
            diagnosis.Cause.ShouldNotBeNullOrWhiteSpace();
            diagnosis.Evidence.ShouldNotBeEmpty(diagnosis.ToString());
            diagnosis.Remedy.ShouldNotBeNullOrWhiteSpace(diagnosis.ToString());
            diagnosis.NextCommand.ShouldNotBeNullOrWhiteSpace(diagnosis.ToString());
        }

        run.ShouldSay(report.Diagnoses[0].Cause, report.Diagnoses[0].NextCommand);
        return report.Diagnoses[0];
    }

    /// <summary>What the remedy says was done: the same command now works.</summary>
    private async Task RepairAsync(DemoInput input)
    {
        await World.WriteAsync(input);
        (await World.RunAsync("Deploy")).ShouldEndWith(0);
        (await World.Engine.ContainersAsync()).ShouldAllBe(container => container.Health == "healthy");
        (await World.ReadReportAsync()).Outcome.ShouldBe("succeeded");
    }

    /// <summary>What the remedy says was done: the station that refused lets it pass. Nothing is deployed, which is proved elsewhere and takes long.</summary>
    private async Task AcceptAsync(DemoInput input)
    {
        await World.WriteAsync(input);
        (await World.RunAsync("Preflight")).ShouldEndWith(0);
        (await World.ReadReportAsync()).Outcome.ShouldBe("succeeded");
        await World.WriteAsync(World.Good);
    }

    private DemoInput MoveAmazonTo(int port)
    {
        var from = World.PortFor("8009").ToString(CultureInfo.InvariantCulture);
        var to = port.ToString(CultureInfo.InvariantCulture);
        return World.Good.With($"\"{from}:8000\"", $"\"{to}:8000\"").With($"http://localhost:{from}/", $"http://localhost:{to}/");
    }

    [GeneratedRegex(@"docker network create (?:--?\S+ )*(?<name>\S+)")]
    private static partial Regex CreateNetwork();

    /// <summary>Six services.</summary>
    public sealed class Fixture(ScenarioMachine machine) : SmallWorld(machine, "breakages");
}
