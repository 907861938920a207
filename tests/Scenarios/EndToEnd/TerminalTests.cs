using PhasedRollout.Demo;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>A person watches a deployment at a terminal: builds and gates below the log while they go on, and nothing of them left at the end.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class TerminalTests(TerminalTests.Fixture fixture) : IClassFixture<TerminalTests.Fixture>
{
    private const string SlowBuild = "for step in 1 2 3 4; do echo step $step says more than a screen of so few columns can hold on one line; sleep 1; done";

    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task Builds_and_gates_are_shown_while_they_go_on_and_leave_no_line_behind()
    {
        await PrepareAsync();
        await using var terminal = StartAtTerminal("auto");

        await terminal.WaitForAsync(screen => screen.Any(line => IsStep(line, "build") && line.Contains("says more", StringComparison.Ordinal)), "a build with its output");
        terminal.Resize(60, 20);
        var gates = await terminal.WaitForAsync(screen => screen.Any(line => IsStep(line, "gate") && line.Contains(" left", StringComparison.Ordinal)), "a gate with the time left");
        gates.Where(line => IsStep(line, "gate")).ShouldAllBe(line => line.Length < 60);
        // What goes on stands below everything else.
        gates.SkipWhile(line => !IsStep(line, "")).TakeWhile(line => line.Length > 0).ShouldAllBe(line => IsStep(line, "") || line.Contains("more", StringComparison.Ordinal));

        var (exitCode, everything) = await terminal.EndAsync();
        exitCode.ShouldBe(0, everything);
        everything.Split('\n').Where(line => IsStep(line, "")).ShouldBeEmpty(everything);
        everything.ShouldContain("3 of 3 services healthy", Case.Insensitive, everything);
    }

    [Fact]
    public async Task Plain_lines_move_no_cursor()
    {
        await PrepareAsync();
        await using var terminal = StartAtTerminal("plain");

        var (exitCode, everything) = await terminal.EndAsync();

        exitCode.ShouldBe(0, everything);
        everything.Split('\n').Where(line => IsStep(line, "")).ShouldBeEmpty(everything);
        everything.ShouldContain("built", Case.Sensitive, everything);
    }

    private static bool IsStep(string line, string verb) =>
        line.Length > 4 && line[0] == ' ' && "|/-\\".Contains(line[1], StringComparison.Ordinal) && line[2] == ' ' && line[3..].StartsWith(verb, StringComparison.Ordinal);

    private async Task PrepareAsync()
    {
        await World.Engine.RemoveAsync();
        World.DeleteOutput();
        await World.Repository.CommitAsync("A build that takes its time",
        [
            ("plain/Dockerfile", $"FROM {World.Machine.BaseImage}\nRUN : {Guid.NewGuid():N}; {SlowBuild}\nCMD [\"httpd\", \"-f\", \"-p\", \"80\"]\n"),
        ]);
        var slow = PlainStack.Of(World, "1");
        await World.WriteAsync(slow with { Compose = slow.Compose.Replace("interval: 1s", "interval: 3s", StringComparison.Ordinal) });
    }

    private PseudoTerminal StartAtTerminal(string progress)
    {
        Dictionary<string, string?> variables = new() { ["TERM"] = "xterm-256color" };
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => ChildBuild.IsKeptFromChild(name, [.. World.Good.Variables.Keys])))
            variables[name] = null;
        variables["CI"] = variables["NO_COLOR"] = null;
        return PseudoTerminal.Start(
            World.Folder,
            [.. RunningProgram.Command, "Deploy", "--progress", progress, .. World.Arguments],
            variables,
            100,
            30);
    }

    /// <summary>Three services.</summary>
    public sealed class Fixture(ScenarioMachine machine) : PlainWorld(machine, "terminal");
}
