using System.Diagnostics;
using PhasedRollout.Demo;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>A folder that takes no reports: the run ends as it does, and says where its reports are instead.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class ReportFolderTests(ReportFolderTests.Fixture fixture) : IClassFixture<ReportFolderTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    // The root, for whom the tests run, may write whatever its modes say: a mount may not be.
    private string Mounted => Path.Combine(World.Folder, "mounted");

    private string Elsewhere => Path.Combine(World.Folder, ".nuke", "temp", "reports");

    [Fact]
    public async Task A_file_in_the_folder_s_place_changes_nothing_about_a_deployment()
    {
        var file = Path.Combine(World.Folder, "occupied");
        await File.WriteAllTextAsync(file, "not a folder", TestContext.Current.CancellationToken);

        await DeployAsync(file, World.Good, 0);

        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe("not a folder");
    }

    [Theory]
    [InlineData("ro", true)]
    [InlineData("ro", false)]
    [InlineData("size=4k", true)]
    [InlineData("size=4k", false)]
    public async Task A_folder_that_is_read_only_or_full_changes_nothing_about_how_a_run_ends(string options, bool isGood)
    {
        await MountAsync(options);
        try
        {
            var stack = PlainStack.Of(World, isGood ? "2" : "3");
            await DeployAsync(Mounted, isGood ? stack : stack with { Compose = stack.Compose.Replace("\"true\"", "\"false\"", StringComparison.Ordinal) }, isGood ? 0 : 1);
        }
        finally
        {
            await ExecuteAsync("umount", Mounted);
        }
    }

    private async Task DeployAsync(string reports, DemoInput input, int expected)
    {
        if (Directory.Exists(Elsewhere))
            Directory.Delete(Elsewhere, recursive: true);
        await World.WriteAsync(input);

        var run = (await World.RunAsync("Deploy", "--reports-directory", reports)).ShouldEndWith(expected);

        run.ShouldSay($"The reports cannot be written to {reports}", $"The reports of this run are in {Elsewhere} instead.");
        var report = await ReportFile.ReadAsync(Path.Combine(Elsewhere, "report.json"));
        report.ExitCode.ShouldBe(expected);
        report.Outcome.ShouldBe(expected == 0 ? "succeeded" : "failed");
        File.Exists(Path.Combine(Elsewhere, "report.html")).ShouldBeTrue();
        // The last line of the run leads to where the report is.
        run.Output.TrimEnd().Split('\n')[^1].ShouldContain("report.html", Case.Sensitive, run.Output);
        run.Output.TrimEnd().Split('\n')[^1].ShouldContain(".nuke", Case.Sensitive, run.Output);
    }

    private async Task MountAsync(string options)
    {
        Directory.CreateDirectory(Mounted);
        await ExecuteAsync("mount", "-t", "tmpfs", "-o", options, "reports", Mounted);
        if (options.StartsWith("size", StringComparison.Ordinal))
            await File.WriteAllBytesAsync(Path.Combine(Mounted, "ballast"), new byte[4096], TestContext.Current.CancellationToken);
    }

    private static async Task ExecuteAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, errors);
    }

    /// <summary>Three services.</summary>
    public sealed class Fixture(ScenarioMachine machine) : PlainWorld(machine, "folder");
}
