using Nuke.Common;
using Nuke.Common.Execution;
using Serilog;

#pragma warning disable CS0649, CA1051 // the engine sets the fields of a build, and tests look at them

namespace PhasedRollout.Tests.Nuke;

[Collection(OneRunAtATime.Name)]
public sealed class ExecutionTests : IDisposable
{
    private readonly Running running = new();

    public void Dispose() => running.Dispose();

    /// <summary>A build whose targets say what they do in <see cref="Ran"/>.</summary>
    private abstract class Recording : NukeBuild
    {
        public static List<string> Ran { get; } = [];

        public static Recording Last { get; private set; } = null!;

        protected internal override void OnBuildCreated()
        {
            Ran.Clear();
            Last = this;
        }

        protected internal override void OnTargetRunning(string target) => Ran.Add(target);

        protected internal override void OnTargetSkipped(string target) => Ran.Add($"{target} skipped");

        protected internal override void OnTargetFailed(string target) => Ran.Add($"{target} failed");
    }

    private sealed class Failing : Recording
    {
        [Parameter] public int? Code;

        public Target First => _ => _.Executes(() => throw new EngineRefusedException("the engine said no\nand more"));

        public Target Second => _ => _.DependsOn(First).Executes(() => { });

        public Target Last_ => _ => _.TriggeredBy(Second).AssuredAfterFailure().Executes(() => IsFailing.ShouldBeTrue());

        public Target Choosing => _ => _.Executes(() =>
        {
            ExitCode = Code;
            throw new EngineRefusedException("no");
        });

        public Target Quiet => _ => _.Executes(() => ExitCode = Code);

        public Target Tolerated => _ => _.ProceedAfterFailure().Executes(() => throw new EngineRefusedException("never mind"));

        public Target Dependent => _ => _.DependsOn(Tolerated).Executes(() => { });

        public Target Bug => _ => _.Executes(() => throw new InvalidOperationException("that should not happen"));

        public Target Asserting => _ => _.Executes(() => global::Nuke.Common.Assert.Fail("the number is wrong"));

        public Target Several => _ => _.Executes(() => throw new AggregateException(new EngineRefusedException("one"), new EngineRefusedException("two")));

        public Target Awaited => _ => _.Executes(async () =>
        {
            await Task.Yield();
            throw new EngineRefusedException("late");
        });

        // Binds to Executes<T>(Func<T>) with T a task, which genuine NUKE starts and forgets.
        public Target AwaitedWithResult => _ => _.Executes(async () =>
        {
            await Task.Yield();
            return Code is null ? throw new EngineRefusedException("late, with a result") : 1;
        });

        public Target AwaitedValue => _ => _.Executes<ValueTask<int>>(async () =>
        {
            await Task.Yield();
            return Code is null ? throw new EngineRefusedException("late, with a value") : 1;
        });
    }

    [Fact]
    public void A_failure_stops_the_plan_and_the_assured_targets_still_run()
    {
        var outcome = running.Run<Failing>("Second");
        outcome.ExitCode.ShouldBe(1);
        Recording.Ran.ShouldBe(["First", "First failed", "Last_"]);
        outcome.Output.ShouldContain("[ERR] the engine said no\nand more\n");
        outcome.Output.ShouldNotContain("   at ");
        outcome.Output.ShouldContain("""
            Target             Status      Duration
            ───────────────────────────────────────
            First              Failed        < 1sec   // EngineRefusedException: the engine said no
            Second             NotRun
            Last_              Succeeded     < 1sec
            ───────────────────────────────────────
            Total                            < 1sec
            """);
        outcome.Output.ShouldContain("[ERR] First: the engine said no\n");
        outcome.Output.ShouldEndWith("\nBuild failed on 2026-01-02 03:04:05.\n");
    }

    [Theory]
    [InlineData("Choosing", "2", 2)]
    [InlineData("Choosing", "0", 1)]
    [InlineData("Quiet", "3", 3)]
    [InlineData("Quiet", "0", 0)]
    public void The_build_chooses_among_failures_and_turns_none_into_success(string target, string code, int expected) =>
        running.Run<Failing>(target, "--code", code).ExitCode.ShouldBe(expected);

    [Fact]
    public void After_a_tolerated_failure_the_plan_goes_on_and_the_build_has_failed()
    {
        running.Run<Failing>("Dependent").ExitCode.ShouldBe(1);
        Recording.Ran.ShouldBe(["Tolerated", "Tolerated failed", "Dependent"]);
        Recording.Last.FailedTargets.Select(target => target.Name).ShouldBe(["Tolerated"]);
        Recording.Last.SucceededTargets.Select(target => target.Name).ShouldBe(["Dependent"]);
    }

    [Theory]
    [InlineData("Awaited", "late")]
    [InlineData("AwaitedWithResult", "late, with a result")]
    [InlineData("AwaitedValue", "late, with a value")]
    [InlineData("Asserting", "the number is wrong")]
    [InlineData("Several", "one\ntwo")]
    public void An_expected_failure_is_shown_by_its_message_alone(string target, string message)
    {
        var outcome = running.Run<Failing>(target);
        outcome.ExitCode.ShouldBe(1);
        outcome.Output.ShouldContain($"[ERR] {message}\n");
        outcome.Output.ShouldNotContain("   at ");
    }

    [Fact]
    public void A_bug_is_shown_with_its_type_and_its_stack()
    {
        var outcome = running.Run<Failing>("Bug");
        outcome.ExitCode.ShouldBe(1);
        outcome.Output.ShouldContain("[ERR] System.InvalidOperationException: that should not happen\n   at ");
    }

    private sealed class Conditional : Recording
    {
        [Parameter] public bool On;
        [Parameter] public bool Throw;

        public Target Needed => _ => _.Executes(() => { });

        public Target Shared => _ => _.Executes(() => { });

        public Target Static => _ => _.DependsOn(Needed, Shared).Triggers(Triggered).OnlyWhenStatic(() => On).OnlyWhenStatic(() => IsLocalBuild).Executes(() => { });

        public Target Keeping => _ => _.DependsOn(Needed).OnlyWhenStatic(() => On, "switched on").WhenSkipped(DependencyBehavior.Execute).Executes(() => { });

        public Target Dynamic => _ => _.DependsOn(Needed).Triggers(Triggered).OnlyWhenDynamic(() => Throw ? throw new EngineRefusedException("cannot say") : On).Executes(() => { });

        public Target Other => _ => _.DependsOn(Shared).Executes(() => { });

        public Target Top => _ => _.DependsOn(Static).Executes(() => { });

        public Target Triggered => _ => _.Executes(() => { });

        public Target FirstTrigger => _ => _.Before(Dynamic).Triggers(Triggered).Executes(() => { });
    }

    [Fact]
    public void A_static_condition_takes_with_it_what_only_its_target_needs()
    {
        var outcome = running.Run<Conditional>("Top", "Other");
        outcome.ExitCode.ShouldBe(0);
        Recording.Ran.ShouldBe(["Needed skipped", "Shared", "Static skipped", "Other", "Top", "Triggered skipped"]);
        outcome.Output.ShouldContain("Static: skipped, OnlyWhen: On\n");
        outcome.Output.ShouldContain("Needed: skipped, because of Static\n");
        outcome.Output.ShouldContain("Static             Skipped                // OnlyWhen: On\n");
    }

    [Fact]
    public void When_told_so_a_skipped_target_leaves_its_dependencies_alone()
    {
        running.Run<Conditional>("Keeping").Output.ShouldContain("Keeping: skipped, OnlyWhen: switched on\n");
        Recording.Ran.ShouldBe(["Needed", "Keeping skipped"]);
    }

    [Fact]
    public void A_dynamic_condition_is_asked_when_its_turn_comes_and_takes_its_triggers_with_it()
    {
        running.Run<Conditional>("Dynamic").ExitCode.ShouldBe(0);
        Recording.Ran.ShouldBe(["Needed", "Dynamic skipped", "Triggered skipped"]);
    }

    [Fact]
    public void A_trigger_that_has_gone_off_stays_although_a_later_target_that_pulls_it_too_is_skipped()
    {
        running.Run<Conditional>("Dynamic", "FirstTrigger").ExitCode.ShouldBe(0);
        Recording.Ran.ShouldBe(["Needed", "FirstTrigger", "Dynamic skipped", "Triggered"]);
    }

    [Fact]
    public void A_condition_that_cannot_be_evaluated_fails_the_build()
    {
        var outcome = running.Run<Conditional>("Dynamic", "--throw");
        outcome.ExitCode.ShouldBe(1);
        outcome.Output.ShouldContain("of target 'Dynamic' could not be evaluated: cannot say\n");
        Recording.Ran.ShouldBe(["Needed", "Dynamic failed"]);
    }

    [Theory]
    [InlineData(new[] { "Top", "--on", "--skip", "Static" }, new[] { "Needed skipped", "Shared skipped", "Static skipped", "Top", "Triggered skipped" })]
    [InlineData(new[] { "Top", "--on", "--skip", "Needed+Shared" }, new[] { "Needed skipped", "Shared skipped", "Static", "Top", "Triggered" })]
    [InlineData(new[] { "Top", "--on", "--skip" }, new[] { "Needed skipped", "Shared skipped", "Static skipped", "Top", "Triggered skipped" })]
    [InlineData(new[] { "Static", "--on", "--skip", "Static" }, new[] { "Needed skipped", "Shared skipped", "Static", "Triggered skipped" })]
    [InlineData(new[] { "Top", "--on", "Needed", "--skip", "Needed" }, new[] { "Needed", "Shared", "Static", "Top", "Triggered" })]
    public void Skip_leaves_out_what_it_names_but_never_what_was_asked_for(string[] words, string[] expected)
    {
        running.Run<Conditional>(words).ExitCode.ShouldBe(0);
        Recording.Ran.ShouldBe(expected);
    }

    [Fact]
    public void Without_names_skip_keeps_the_default_target_too()
    {
        running.Run<Conditional>(x => x.Other, "--skip").ExitCode.ShouldBe(0);
        Recording.Ran.ShouldBe(["Shared skipped", "Other"]);
        Recording.Last.InvokedTargets.ShouldBeEmpty();
        Recording.Last.SkippedTargets.Contains(((Conditional)Recording.Last).Shared).ShouldBeTrue();
    }

    private sealed class Requiring : Recording
    {
        [Parameter] public string? Token;
        [Parameter, Secret, Required] public string? Key;
        [Parameter] public int Phase = 1;

        public Target Deploy => _ => _.Requires(() => Token).Requires(() => Phase > 2 && Token != "x").Executes(() => { });

        public Target Never => _ => _.Requires(() => Token).OnlyWhenStatic(() => false).Executes(() => { });
    }

    [Fact]
    public void What_is_required_is_named_with_the_ways_to_give_it_before_anything_runs()
    {
        var outcome = running.Run<Requiring>("Deploy", "Never", "--token", " ");
        outcome.ExitCode.ShouldBe(2);
        Recording.Ran.ShouldBeEmpty();
        outcome.Error.ShouldBe("""
            --token: required by Deploy but not set; give --token <text>, or the environment variable TOKEN or NUKE_TOKEN, or "Token" in .nuke/parameters.json
            Deploy: requires Phase > 2 && Token != "x"
            --key: required but not set; give --key <secret>, or the environment variable KEY or NUKE_KEY, or "Key" in .nuke/parameters.json

            """);
        running.Run<Requiring>("Deploy", "--token", "t", "--key", "k", "--phase", "3").ExitCode.ShouldBe(0);
    }

    private sealed class Circular : Recording
    {
        public Target A => _ => _.DependsOn(B).Executes(() => { });

        public Target B => _ => _.After(C).Executes(() => { });

        public Target C => _ => _.DependsOn(A).Executes(() => { });

        public Target Alone => _ => _.Executes(() => { });
    }

    [Fact]
    public void A_circle_is_shown_as_a_path_and_does_not_keep_help_away()
    {
        var outcome = running.Run<Circular>("Alone");
        outcome.ExitCode.ShouldBe(2);
        outcome.Error.ShouldBe("The targets run in a circle: A -> C -> B -> A\n");
        running.Run<Circular>("--help").ExitCode.ShouldBe(0);
    }

    private sealed class Foreign : Recording
    {
        public Target Outer => _ => _.DependsOn(Local("x")).Executes(() => { });

        private static Target Local(string text) => _ => _.Description(text);
    }

    [Fact]
    public void A_reference_to_what_is_no_target_names_the_target_that_makes_it()
    {
        var outcome = running.Run<Foreign>("Outer");
        outcome.ExitCode.ShouldBe(2);
        outcome.Error.ShouldStartWith("Target 'Outer' refers to something that is no target of this build");
    }

    private interface IReporting : INukeBuild
    {
        [Parameter("Where reports go")] string Folder => TryGetValue(() => Folder) ?? "reports";

        [Parameter] int Keep => TryGetValue<int?>(() => Keep) ?? 20;

        Target Report => _ => _.Description("Writes reports").Executes(() => Log.Information("Into {Folder}, keeping {Keep}", Folder, Keep));
    }

    private sealed class WithComponent : Recording, IReporting
    {
        public Target Deploy => _ => _.Triggers<IReporting>(x => x.Report).Executes(() => { });

        public Target Extended => _ => _.Inherit<IReporting>(x => x.Report).Executes(() => { });
    }

    [Fact]
    public void A_component_brings_targets_and_parameters()
    {
        running.Run<WithComponent>("Deploy", "--keep", "5").Output.ShouldContain("[INF] Into reports, keeping 5\n");
        Recording.Ran.ShouldBe(["Deploy", "Report"]);
        running.Run<WithComponent>("Extended", "--folder", "out").Output.ShouldContain("[INF] Into out, keeping 20\n");
    }

    private sealed class Secretive : Recording
    {
        [Parameter, Secret] public string? Password;

        public Target Log_ => _ => _.Executes(() =>
        {
            Log.Warning("Connecting with {Password}", Password);
            Log.Information("postgresql://app:" + Uri.EscapeDataString(Password!) + "@db");
            ReportSummary(pairs => new() { ["password"] = Password! });
        });

        public Target Fail => _ => _.Executes(() => throw new InvalidOperationException($"rejected: {Password}"));
    }

    [Theory]
    [InlineData("Log_")]
    [InlineData("Fail")]
    [InlineData("Log_", "--plan")]
    [InlineData("Log_", "--plan", "--plan-format", "json")]
    [InlineData("--help")]
    public void A_secret_is_never_shown(params string[] words)
    {
        const string Secret = "pa$s w/rd";
        running.Environment["PASSWORD"] = Secret;
        var outcome = running.Run<Secretive>(words);
        var log = Path.Combine(running.Root, ".nuke", "temp", "build.log");
        var shown = outcome.Output + outcome.Error + (File.Exists(log) ? File.ReadAllText(log) : "");
        shown.ShouldNotContain(Secret);
        shown.ShouldNotContain(Uri.EscapeDataString(Secret));
        shown.ShouldNotBeEmpty();
    }

    [Fact]
    public void Text_from_outside_commands_neither_the_terminal_nor_GitHub()
    {
        running.Environment["GITHUB_ACTIONS"] = "true";
        var outcome = running.Run<Hostile>("Show");
        outcome.Output.ShouldNotContain("\e");
        outcome.Output.ShouldNotContain("\n::add-mask::");
        outcome.Output.ShouldContain("::group::Show\n");
        outcome.Output.ShouldContain("::warning::50%25 of%0Alines\n");
        outcome.Output.ShouldContain("::endgroup::\n");
    }

    [Theory]
    [InlineData("TF_BUILD", "True")]
    [InlineData("TEAMCITY_VERSION", "2026.1")]
    public void Text_from_outside_commands_no_other_build_server(string variable, string value)
    {
        running.Environment[variable] = value;
        var outcome = running.Run<Hostile>("Show");
        outcome.Output.ShouldNotContain("##vso[");
        outcome.Output.ShouldNotContain("##teamcity[");
        outcome.Output.ShouldContain("task.setvariable");
    }

    private sealed class Hostile : Recording
    {
        public Target Show => _ => _.Executes(() =>
        {
            Log.Information("\e[31mred\e[0m\n::add-mask::x");
            Log.Warning("50% of\nlines");
            Log.Information("##vso[task.setvariable variable=a]b\n##teamcity[setParameter name='a' value='b']");
        });
    }

    [Theory]
    [InlineData("verbose", "VRB DBG INF WRN ERR")]
    [InlineData("normal", "DBG INF WRN ERR")]
    [InlineData("minimal", "WRN ERR")]
    [InlineData("quiet", "ERR")]
    public void The_verbosity_chooses_what_is_logged(string verbosity, string levels)
    {
        var output = running.Run<Talkative>("Talk", "--verbosity", verbosity).Output.Split("Errors & Warnings")[0];
        string.Join(' ', new[] { "VRB", "DBG", "INF", "WRN", "ERR" }.Where(level => output.Contains($"[{level}]", StringComparison.Ordinal))).ShouldBe(levels);
    }

    private sealed class Talkative : Recording
    {
        public Target Talk => _ => _.Executes(() =>
        {
            Log.Verbose("v");
            Log.Debug("d");
            Log.Information("i");
            Log.Warning("w");
            Log.Error("e");
        });
    }

    [Fact]
    public void A_normal_run_writes_nothing_but_its_log()
    {
        running.Run<Talkative>("Talk").ExitCode.ShouldBe(0);
        Directory.EnumerateFiles(running.Root, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(running.Root, file)).ShouldBe([Path.Combine(".nuke", "temp", "build.log")]);
    }

    [Fact]
    public void A_second_run_at_the_same_time_has_a_log_of_its_own()
    {
        Directory.CreateDirectory(Path.Combine(running.Root, ".nuke", "temp"));
        using var held = new FileStream(Path.Combine(running.Root, ".nuke", "temp", "build.log"), FileMode.Create, FileAccess.Write, FileShare.None);
        running.Run<Talkative>("Talk").ExitCode.ShouldBe(0);
        File.ReadAllText(Path.Combine(running.Root, ".nuke", "temp", "build.2.log")).ShouldContain("[INF] i");
    }

    private sealed class Finishing : Recording
    {
        public Target Work => _ => _.Executes(() => { });

        protected internal override void OnBuildFinished() => throw new EngineRefusedException("too late");
    }

    [Fact]
    public void A_failure_after_the_summary_is_a_failure_and_no_crash()
    {
        var outcome = running.Run<Finishing>("Work");
        outcome.ExitCode.ShouldBe(1);
        outcome.Output.ShouldContain("[ERR] OnBuildFinished: too late\n");
    }
}
