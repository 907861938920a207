using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using PhasedRollout.Demo;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.Faults;

/// <summary>The engine refuses, loses or garbles one kind of call, once or always: the run succeeds or says what the engine said, nothing is lost,
/// and a plain second run ends where an undisturbed one ends.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed partial class EngineRefusalTests(EngineRefusalTests.Fixture fixture) : IClassFixture<EngineRefusalTests.Fixture>
{
    private const string Words = "the layer store is on fire";

    private static readonly string Body = $$"""{"message":"{{Words}}"}""";

    private static readonly string[] Fast = ["--min-healthy-time", "0s", "--keep-versions", "1"];

    /// <summary>The kinds of calls that a change makes. The lock is a container, and its calls are kinds of their own.</summary>
    private static readonly (string Name, string Pattern)[] OfAChange =
    [
        ("version", "^GET /version$"),
        ("info", "^GET /v[^/]+/info$"),
        ("container list", "^GET /v[^/]+/containers/json"),
        ("container inspect", "^GET /v[^/]+/containers/(?!phased-rollout.lock)[^/]+/json"),
        ("container create", "^POST /v[^/]+/containers/create(?!.*phased-rollout.lock)"),
        ("container start", "^POST /v[^/]+/containers/[^/]+/start"),
        ("container stop", "^POST /v[^/]+/containers/[^/]+/stop"),
        ("container rename", "^POST /v[^/]+/containers/[^/]+/rename"),
        ("container remove", "^DELETE /v[^/]+/containers/(?!.*force=1&v=1)"),
        ("exec create", "^POST /v[^/]+/containers/[^/]+/exec$"),
        ("exec start", "^POST /v[^/]+/exec/[^/]+/start"),
        ("exec inspect", "^GET /v[^/]+/exec/[^/]+/json"),
        ("image inspect", "^GET /v[^/]+/images/(?!json).+/json"),
        ("image list", "^GET /v[^/]+/images/json"),
        ("image tag", "^POST /v[^/]+/images/.+/tag"),
        ("image remove", "^DELETE /v[^/]+/images/(?!sha256)"),
        ("network list", "^GET /v[^/]+/networks"),
        ("network connect", "^POST /v[^/]+/networks/.+/connect"),
        ("volume list", "^GET /v[^/]+/volumes"),
        ("events", "^GET /v[^/]+/events"),
        ("lock look", "^GET /v[^/]+/containers/phased-rollout.lock"),
        ("lock import", "^POST /v[^/]+/images/create"),
        ("lock take", "^POST /v[^/]+/containers/create.*phased-rollout.lock"),
        ("lock release", "^DELETE /v[^/]+/containers/.*force=1&v=1"),
        ("lock image remove", "^DELETE /v[^/]+/images/sha256"),
    ];

    /// <summary>The kinds that only a first deployment makes.</summary>
    private static readonly (string Name, string Pattern)[] OfAFirst =
    [
        ("build", "^POST /v[^/]+/build"),
        ("network create", "^POST /v[^/]+/networks/create"),
        ("volume create", "^POST /v[^/]+/volumes/create"),
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RolloutWorld World => fixture.World;

    private KilledRuns Runs => new(World, ["Deploy", .. Fast]);

    public static TheoryData<string, Fault> Default => new()
    {
        { "container start", Fault.RefusedOnce },
        { "container remove", Fault.RefusedAlways },
        { "events", Fault.RefusedAlways },
        { "container create", Fault.DoneAndRefusedOnce },
    };

    [Theory]
    [MemberData(nameof(Default))]
    public async Task What_the_engine_refuses_is_named_or_borne_and_the_next_run_ends_as_if_nothing_had_been(string kind, Fault fault) =>
        await DisturbAsync(await fixture.TideAsync(), OfAChange.Single(candidate => candidate.Name == kind), fault);

    [Fact(Explicit = true)]
    public async Task Every_kind_of_call_of_a_change_is_refused_lost_and_garbled()
    {
        var tide = await fixture.TideAsync();
        List<string> wrong = [];
        foreach (var kind in OfAChange.Where(IsAskedFor))
            foreach (var fault in Enum.GetValues<Fault>())
                await TryAsync($"{kind.Name} {fault}", () => DisturbAsync(tide, kind, fault), wrong);
        wrong.ShouldBeEmpty();
    }

    [Fact(Explicit = true)]
    public async Task Every_kind_of_call_of_a_first_deployment_is_refused_lost_and_garbled()
    {
        await PrepareFirstAsync();
        var undisturbed = await Runs.UndisturbedAsync();
        List<string> wrong = [];
        foreach (var kind in OfAFirst.Where(IsAskedFor))
            foreach (var fault in Enum.GetValues<Fault>())
            {
                await PrepareFirstAsync();
                await TryAsync($"first: {kind.Name} {fault}", () => DisturbAsync(undisturbed, kind, fault, isFirst: true), wrong);
            }

        fixture.Forget();
        wrong.ShouldBeEmpty();
    }

    [Fact(Explicit = true)]
    public async Task Every_single_call_of_a_change_is_refused_once()
    {
        var tide = await fixture.TideAsync();
        var undisturbed = await tide.TurnAsync();
        var calls = await CallsAsync();
        tide = await fixture.TideAsync();
        List<string> wrong = [];
        var (first, last) = KilledRuns.Range(calls.Count);
        for (var number = first; number <= last; number++)
        {
            var count = 0;
            var hit = "";
            var at = number;
            undisturbed = await tide.TurnAsync();
            await TryAsync(string.Create(CultureInfo.InvariantCulture, $"call {number} of {calls.Count}"), async () =>
            {
                var run = await RunAsync(request =>
                {
                    if (Interlocked.Increment(ref count) != at)
                        return ProxyAct.Pass;
                    hit = request;
                    return ProxyAct.Answer(500, Body);
                });
                TestContext.Current.TestOutputHelper?.WriteLine(hit);
                await ShouldBeBorneAsync(run, undisturbed, $"call {at}, {hit}", mayStop: false);
            }, wrong);
        }

        wrong.ShouldBeEmpty();
    }

    private static bool IsAskedFor((string Name, string Pattern) kind) =>
        Environment.GetEnvironmentVariable("PHASED_ROLLOUT_KINDS") is not { Length: > 0 } asked || asked.Split(',').Contains(kind.Name);

    /// <summary>One after the other, also after one that went wrong.</summary>
    private static async Task TryAsync(string what, Func<Task> row, List<string> wrong)
    {
        try
        {
            await row();
            TestContext.Current.TestOutputHelper?.WriteLine($"{what}: as it should be");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            wrong.Add($"{what}: {failure.Message}");
            TestContext.Current.TestOutputHelper?.WriteLine($"{what}: WRONG: {failure.Message}");
        }
    }

    private async Task DisturbAsync(Tide tide, (string Name, string Pattern) kind, Fault fault)
    {
        await DisturbAsync(await tide.TurnAsync(), kind, fault);
        // Both versions leave what they always leave again once as many are kept as before.
        for (var turn = 0; turn < 2 && KeepsNothing(kind, fault); turn++)
        {
            await tide.TurnAsync();
            (await World.RunAsync(["Deploy", .. Fast])).ShouldEndWith(0);
        }
    }

    private static bool KeepsNothing((string Name, string Pattern) kind, Fault fault) => fault == Fault.RefusedAlways && kind.Name == "image tag";

    private async Task DisturbAsync(Undisturbed undisturbed, (string Name, string Pattern) kind, Fault fault, bool isFirst = false)
    {
        var pattern = new Regex(kind.Pattern);
        var hits = 0;
        var run = await RunAsync(request => pattern.IsMatch(request) && (Interlocked.Increment(ref hits) == 1 || fault == Fault.RefusedAlways) ? ActOf(fault) : ProxyAct.Pass);
        hits.ShouldBeGreaterThan(0, $"nothing asked for {kind.Name}\n{run.Output}");
        var isAlways = fault == Fault.RefusedAlways;
        await ShouldBeBorneAsync(run, undisturbed, $"{kind.Name} {fault}", mayStop: isFirst || isAlways, mayKeepNothing: KeepsNothing(kind, fault));
    }

    private static ProxyAct ActOf(Fault fault) => fault switch
    {
        Fault.UnavailableOnce => ProxyAct.Answer(503, Body),
        Fault.DoneAndRefusedOnce => ProxyAct.DoneBut(500, Body),
        Fault.DoneAndLostOnce => ProxyAct.Then(() => { }),
        Fault.TruncatedOnce => ProxyAct.Truncate,
        Fault.GarbledOnce => ProxyAct.DoneBut(200, "<html>a proxy's own page"),
        Fault.SlowOnce => ProxyAct.After(() => Task.Delay(TimeSpan.FromSeconds(4), Stop)),
        _ => ProxyAct.Answer(500, Body),
    };

    private async Task<ProgramRun> RunAsync(Func<string, ProxyAct> decide)
    {
        World.DeleteOutput();
        await using var proxy = new EngineProxy(World.Machine.DockerHost, decide);
        return await World.RunAsync(["Deploy", .. Fast, "--docker-host", proxy.DockerHost]);
    }

    /// <summary>It succeeded, or failed with a cause that names the engine; and a plain second run ends as an undisturbed one.</summary>
    private async Task ShouldBeBorneAsync(ProgramRun run, Undisturbed undisturbed, string how, bool mayStop, bool mayKeepNothing = false)
    {
        var failures = new List<string>();
        void Check(bool holds, string what)
        {
            if (!holds)
                failures.Add(what);
        }

        Check(run.ExitCode is 0 or 1, $"it ended with {run.ExitCode}");
        Check(!run.Output.Contains("   at ", StringComparison.Ordinal) && !run.Output.Contains("nobody foresaw", StringComparison.Ordinal), "a stack trace");
        var report = await World.ReadReportAsync();
        Check(report.ExitCode == run.ExitCode, $"the report says exit code {report.ExitCode}, the program {run.ExitCode}");
        if (run.ExitCode == 1)
        {
            var cause = report.Diagnoses.Count == 0 ? "" : $"{report.Diagnoses[0].Class}: {report.Diagnoses[0].Cause} {string.Join('|', report.Diagnoses[0].Evidence)}";
            Check(cause.Contains(Words, StringComparison.Ordinal) || cause.Contains("engine", StringComparison.OrdinalIgnoreCase), $"the cause does not name the engine: {cause}");
        }

        var running = (await World.Engine.ContainersAsync()).Select(container => container.Service).ToList();
        if (!mayStop)
            Check(new[] { "db", "web", "worker" }.All(running.Contains), $"only {string.Join(", ", running)} run after it");
        var second = await World.RunAsync(["Deploy", .. Fast]);
        Check(second.ExitCode == 0, $"the second run ended with {second.ExitCode}:\n{second.Output}");
        var picture = await ProjectPicture.TakeAsync(World.Machine.Client, World.Project);
        // A version that could not be kept is warned of, and gone with its number: what runs matters more.
        string Comparable(string whole) => mayKeepNothing ? Version().Replace(whole, "version") : whole;
        string[] differences = [.. ProjectPicture.Difference(Comparable(undisturbed.Picture), Comparable(picture)).Where(line => !mayKeepNothing || !line.Contains("kept", StringComparison.Ordinal))];
        Check(differences.Length == 0, $"it ended elsewhere:\n{string.Join('\n', differences)}");
        failures.ShouldBeEmpty($"{how}\n{run.Output}");
    }

    private async Task<IReadOnlyList<string>> CallsAsync()
    {
        var calls = new ConcurrentQueue<string>();
        (await RunAsync(request =>
        {
            calls.Enqueue(request);
            return ProxyAct.Pass;
        })).ShouldEndWith(0);
        return [.. calls];
    }

    private async Task PrepareFirstAsync()
    {
        await World.Engine.RemoveAsync();
        await World.Engine.RemoveImagesAsync();
        await World.WriteAsync(World.Good);
    }

    [GeneratedRegex(@"version \d+")]
    private static partial Regex Version();

    /// <summary>What the engine does with a call.</summary>
    public enum Fault
    {
        RefusedOnce,
        RefusedAlways,
        UnavailableOnce,
        DoneAndRefusedOnce,
        DoneAndLostOnce,
        TruncatedOnce,
        GarbledOnce,
        SlowOnce,
    }

    /// <summary>The shop, of which one version is kept.</summary>
    public sealed class Fixture(ScenarioMachine machine) : ShopWorld(machine, "refusals")
    {
        private Tide? tide;

        /// <summary>Changes back and forth, begun when they are first asked for.</summary>
        internal async Task<Tide> TideAsync() =>
            tide ??= await Tide.BeginAsync(World, World.Good, Stack("2"), new KilledRuns(World, ["Deploy", .. Fast]), keptVersions: 1);

        /// <summary>Somebody began anew.</summary>
        internal void Forget() => tide = null;

        protected override async Task SetUpAsync()
        {
            await base.SetUpAsync();
            World.Good = Stack("1");
        }

        // A service whose first probe comes late, in a phase that is not the last: the gate runs its check itself.
        private DemoInput Stack(string version) => ShopStack.Of(World, version)
            .With("[db, migrate]", "[db, migrate, worker]").With("[worker, web]", "[web]")
            .With("command: [\"sleep\", \"100000\"]", "command: [\"sleep\", \"100000\"]\n    healthcheck: { test: [\"CMD\", \"true\"], interval: 3s, timeout: 5s }");
    }
}
