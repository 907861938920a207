using System.Text.Json;
using Nuke.Common;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Runs;
using Serilog;

/// <summary>How the tests of this repository are run: side by side in lanes, and once more alone what failed among others.</summary>
partial class Build
{
    /// <summary>How many failed tests are worth a second attempt: more of them are no stumble.</summary>
    const int MostRepeated = 40;

    const string Scenarios = "PhasedRollout.Tests.Scenarios.";

    /// <summary>
    /// Which tests share a process, as options of xunit. Scenarios of one process run one after the other and mostly wait for an engine, so three
    /// processes take half the time of one.
    /// </summary>
    static IReadOnlyList<TestLane> Lanes { get; } =
    [
        new("end-to-end", ["-namespace", $"{Scenarios}EndToEnd*"]),
        new("faults", ["-namespace", $"{Scenarios}Faults*"]),
        new("others", ["-namespace-", $"{Scenarios}EndToEnd*", "-namespace-", $"{Scenarios}Faults*"]),
    ];

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
        TestResult[] results = [.. (await Task.WhenAll(Lanes.Select(lane => RunLaneAsync(lane, environment)))).SelectMany(lane => lane)];

        // An engine on a busy machine may stumble once. What fails twice is broken; what fails once is named, and counts as passed.
        var failed = results.Where(test => test.Failed).ToList();
        if (failed.Count is > 0 and <= MostRepeated)
        {
            Log.Warning("{Count} tests failed and are run once more, alone: {Names:l}", failed.Count, string.Join(", ", failed.Select(test => test.Name)));
            var alone = new TestLane("again", [.. failed.Select(test => test.Method).Distinct().SelectMany(method => (string[])["-method", method])]);
            var again = (await RunLaneAsync(alone, environment)).ToDictionary(test => test.Name);
            results = [.. results.Select(test => test.Failed ? again.GetValueOrDefault(test.Name, test) : test)];
            foreach (var test in failed.Where(test => again.TryGetValue(test.Name, out var second) && second.Passed))
                Log.Warning("{Name:l} passed at the second attempt only", test.Name);
        }

        var (passed, broken) = (results.Count(test => test.Passed), results.Count(test => test.Failed));
        Console.WriteLine(FormattableString.Invariant($"{passed} passed, {broken} failed, {results.Count(test => test.Status == "skipped")} skipped"));
        Assert.True(broken == 0 && passed > 0, FormattableString.Invariant($"{broken} tests failed"));
    }

    async Task<IReadOnlyList<TestResult>> RunLaneAsync(TestLane lane, IReadOnlyDictionary<string, string> environment)
    {
        var results = TemporaryDirectory / $"tests.{lane.Name}.ctrf.json";
        File.Delete(results);
        var exitCode = await ForegroundProcess.RunAsync(
            ChildBuild.DotNet,
            [RootDirectory / "tests" / "bin" / "Debug" / "net10.0" / "PhasedRollout.Tests.dll", "-result-ctrf", results, "-noColor", "-noLogo", .. lane.Options],
            environment,
            Stop);

        Assert.True(File.Exists(results), $"The tests of the lane '{lane.Name}' ended with exit code {exitCode} and without a result");
        // xunit writes the control characters of names and messages as they are, which JSON does not allow (RFC 8259, section 7).
        var written = await File.ReadAllTextAsync(results, Stop);
        using var document = JsonDocument.Parse(string.Create(written.Length, written, static (clean, text) =>
        {
            for (var i = 0; i < text.Length; i++)
                clean[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }));
        TestResult[] tests = [.. document.RootElement.GetProperty("results").GetProperty("tests").EnumerateArray().Select(TestResult.Read)];
        Assert.True(
            exitCode == 0 || tests.Any(test => test.Failed), $"The tests of the lane '{lane.Name}' ended with exit code {exitCode}, though none failed");
        return tests;
    }

    /// <summary>Tests that one process runs.</summary>
    sealed record TestLane(string Name, IReadOnlyList<string> Options);

    /// <summary>A test of a result file in the Common Test Report Format (ctrf.io), as xunit writes it.</summary>
    sealed record TestResult(string Name, string Status, string Method)
    {
        public bool Passed => Status == "passed";

        public bool Failed => Status == "failed";

        public static TestResult Read(JsonElement test)
        {
            var extra = test.GetProperty("extra");
            return new TestResult(
                test.GetProperty("name").GetString()!,
                test.GetProperty("status").GetString()!,
                $"{extra.GetProperty("type").GetString()}.{extra.GetProperty("method").GetString()}");
        }
    }
}
