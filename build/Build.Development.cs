using System.Text.Json;
using Nuke.Common;
using Nuke.Common.IO;
using PhasedRollout.Compose;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Benchmark;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Runs;
using Serilog;

/// <summary>The build of the build, the demo, and the pages of the rules.</summary>
partial class Build
{
    /// <summary>How many failed scenarios are worth a second attempt: more of them are no stumble.</summary>
    const int MostRepeated = 4;

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
        .Description("Measure whole commands side by side with git clone and Docker Compose 2.26, and print the ratios; removes the demo's deployment")
        .Executes(async () =>
        {
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

    async Task RunTests()
    {
        var machine = new Machine(
            new MachineOptions
            {
                Directory = DemoDirectory / "machine",
                PackagesDirectory = TemporaryDirectory / "packages",
                NoInstall = NoInstall,
                DockerHost = DockerHost,
            },
            Log.Information);
        var engine = await machine.EnsureEngineAsync(Stop);
        var git = await machine.EnsureGitAsync(Stop);
        var environment = new Dictionary<string, string>(git.Environment ?? new Dictionary<string, string>()) { ["DOCKER_HOST"] = engine.Host };

        Log.Information("Running every test and naming those that fail; the ones on the real engine take some minutes");
        var results = await RunTestsAsync([], environment);

        // An engine on a busy machine may stumble once. What fails twice is broken; what fails once is named, and counts as passed.
        var failed = results.Where(test => test.Failed).ToList();
        if (failed.Count is > 0 and <= MostRepeated && failed.All(test => test.IsScenario))
        {
            Log.Warning("{Count} scenarios failed and are run once more: {Names:l}", failed.Count, string.Join(", ", failed.Select(test => test.Name)));
            var again = (await RunTestsAsync([.. failed.Select(test => test.Method).Distinct()], environment)).ToDictionary(test => test.Name);
            results = [.. results.Select(test => test.Failed ? again.GetValueOrDefault(test.Name, test) : test)];
            foreach (var test in failed.Where(test => again.TryGetValue(test.Name, out var second) && !second.Failed))
                Log.Warning("{Name:l} passed at the second attempt only", test.Name);
        }

        var (passed, broken) = (results.Count(test => test.Passed), results.Count(test => test.Failed));
        Console.WriteLine(FormattableString.Invariant($"{passed} passed, {broken} failed, {results.Count(test => test.Status == "skipped")} skipped"));
        Assert.True(broken == 0 && passed > 0, FormattableString.Invariant($"{broken} tests failed"));
    }

    /// <summary>Runs the named methods, or every test.</summary>
    async Task<IReadOnlyList<TestResult>> RunTestsAsync(string[] methods, IReadOnlyDictionary<string, string> environment)
    {
        var results = TemporaryDirectory / "tests.ctrf.json";
        File.Delete(results);
        var exitCode = await ForegroundProcess.RunAsync(
            ChildBuild.DotNet,
            [
                RootDirectory / "tests" / "bin" / "Debug" / "net10.0" / "PhasedRollout.Tests.dll", "-result-ctrf", results, "-noColor", "-noLogo",
                .. methods.SelectMany(method => (string[])["-method", method]),
            ],
            environment,
            Stop);

        Assert.True(File.Exists(results), $"The tests ended with exit code {exitCode} and without a result");
        // xunit writes the control characters of names and messages as they are, which JSON does not allow (RFC 8259, section 7).
        var written = await File.ReadAllTextAsync(results, Stop);
        using var document = JsonDocument.Parse(string.Create(written.Length, written, static (clean, text) =>
        {
            for (var i = 0; i < text.Length; i++)
                clean[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }));
        TestResult[] tests = [.. document.RootElement.GetProperty("results").GetProperty("tests").EnumerateArray().Select(TestResult.Read)];
        Assert.True(exitCode == 0 || tests.Any(test => test.Failed), $"The tests ended with exit code {exitCode}, though none failed");
        return tests;
    }

    /// <summary>A test of a result file in the Common Test Report Format (ctrf.io), as xunit writes it.</summary>
    sealed record TestResult(string Name, string Status, string Type, string Method)
    {
        public bool Passed => Status == "passed";

        public bool Failed => Status == "failed";

        public bool IsScenario => Type.StartsWith("PhasedRollout.Tests.Scenarios.", StringComparison.Ordinal);

        public static TestResult Read(JsonElement test)
        {
            var extra = test.GetProperty("extra");
            var type = extra.GetProperty("type").GetString()!;
            return new TestResult(test.GetProperty("name").GetString()!, test.GetProperty("status").GetString()!, type, $"{type}.{extra.GetProperty("method").GetString()}");
        }
    }

    async Task DotNet(params string[] arguments)
    {
        var exitCode = await ForegroundProcess.RunAsync(ChildBuild.DotNet, arguments, new Dictionary<string, string>(), Stop);
        Assert.True(exitCode == 0, FormattableString.Invariant($"dotnet {arguments[0]} ended with exit code {exitCode}"));
    }
}
