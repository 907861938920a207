using Nuke.Common;
using Nuke.Common.IO;
using PhasedRollout.Compose;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Benchmark;
using PhasedRollout.Runs;
using Serilog;

/// <summary>The build of the build, the demo, and the pages of the rules.</summary>
partial class Build
{
    static string Solution => RootDirectory / "phased-rollout.slnx";

    Target Compile => _ => _
        .Description("Compile this repository, warnings being errors")
        .Executes(() => DotNet("build", Solution, "--nologo", "--verbosity", "quiet"));

    Target Test => _ => _
        .Description("Run all tests of this repository, also those against a real engine, PostgreSQL and Redis")
        .DependsOn(Compile)
        .Executes(RunTests);

    Target Format => _ => _
        .Description("Format the code of this repository")
        .Executes(() => DotNet("format", Solution, "--no-restore"));

    Target Demo => _ => _
        .Description("Roll the ten services out on this machine, without a network; --break <name> provokes a failure, --remove ends it")
        .Executes(async () =>
        {
            if (Break is not null && Breakage.Find(Break) is null)
            {
                ExitCode = 2;
                throw new InvalidInputException([new Problem("--break", $"there is no failure '{Break}'", NearestName.Suggest(Break, Breakage.Names, $"one of {string.Join(", ", Breakage.Names)}"))]);
            }

            var demo = new DemoRun(DemoOptions, Log.Information);
            var exitCode = await (Remove ? demo.RemoveAsync(Stop) : demo.RunAsync(Stop));
            if (exitCode != 0)
            {
                ExitCode = exitCode;
                Assert.Fail($"The demo ended with exit code {exitCode}");
            }
        });

    Target Benchmark => _ => _
        .Description("Measure whole commands side by side with git clone and Docker Compose 2.26, and print the ratios, with what CompileNative makes where it can; removes the demo's deployment")
        .Executes(async () =>
        {
            try
            {
                Log.Information("CompileNative first: some minutes, when it was not done yet");
                await CompileToMachineCode();
            }
            catch (ArgumentException refused)
            {
                Log.Information("{Reason:l}. The ordinary program is measured.", refused.Message);
            }

            var exitCode = await new BenchmarkRun(DemoOptions, Math.Max(1, Rounds), TimeProvider.System, Log.Information).RunAsync(Stop);
            Assert.True(exitCode == 0, "The benchmark could not be done");
        });

    DemoOptions DemoOptions => new(
        RootDirectory,
        DemoDirectory,
        BuildAssemblyFile,
        Break,
        NoInstall,
        ["--min-healthy-time", $"{MinHealthyTime}", "--healthy-deadline", $"{HealthyDeadline}", "--progress-deadline", $"{ProgressDeadline}",
         "--on-failure", OnFailure.ToString()]);

    static AbsolutePath DemoDirectory => TemporaryDirectory / "demo";

    void PrintRule()
    {
        var lines = Rule is null ? RulePages.List() : RuleCatalog.Find(Rule) is { } rule ? RulePages.Read(rule.Id) : null;
        if (lines is null)
        {
            ExitCode = 2;
            throw new InvalidInputException([new Problem("--rule", $"there is no rule '{Rule}'", RuleCatalog.Nearest(Rule!) is { } near
                ? $"did you mean '{near}'? Explain without --rule lists all"
                : "Explain without --rule lists all")]);
        }

        foreach (var line in lines)
            Console.WriteLine(line);
    }

    async Task DotNet(params string[] arguments)
    {
        var exitCode = await ForegroundProcess.RunAsync(ChildBuild.DotNet, arguments, new Dictionary<string, string>(), Stop);
        Assert.True(exitCode == 0, FormattableString.Invariant($"dotnet {arguments[0]} ended with exit code {exitCode}"));
    }
}
