using System.Diagnostics;
using System.Runtime.Versioning;

namespace PhasedRollout.Tests.Nuke;

/// <summary>Runs <c>build.sh</c> in a small copy of the repository, with a stand-in for <c>dotnet</c> that writes down its calls.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class StartScriptTests : IDisposable
{
    /// <summary>"Compiles" by copying build/Build.cs, unless that says not to; as a program it shows its arguments one by one.</summary>
    private const string Dotnet = """
        #!/usr/bin/env bash
        printf '%s\n' "$1" >>"$CALLS"
        case "$1" in
          --version) exit "${SDK_EXIT:-0}" ;;
          build)
            while [ "$1" != --artifacts-path ]; do shift; done
            if grep -q broken build/Build.cs; then echo "Build.cs(1,1): error CS1002: ; expected"; exit 1; fi
            mkdir -p "$2/bin/_build/release"; cp build/Build.cs "$2/bin/_build/release/_build.dll" ;;
          */_build.dll) echo "program: $(cat "$1")"; shift; for word in "$@"; do printf '<%s>\n' "$word"; done; exit 7 ;;
          *) exit 1 ;;
        esac
        """;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("nuke start'$(script) ");

    public StartScriptTests()
    {
        directory.CreateSubdirectory("root/build/obj");
        directory.CreateSubdirectory("path");
        directory.CreateSubdirectory("elsewhere");
        File.Copy(Repository.PathOf("build.sh"), Path.Combine(Root, "build.sh"));
        File.WriteAllText(Path.Combine(Root, "global.json"), "{}");
        Source = "one";
        var dotnet = Path.Combine(directory.FullName, "path", "dotnet");
        File.WriteAllText(dotnet, Dotnet);
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string Root => Path.Combine(directory.FullName, "root");

    private string Calls => Path.Combine(directory.FullName, "calls");

    private string Source
    {
        set => File.WriteAllText(Path.Combine(Root, "build", "Build.cs"), value);
    }

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task The_first_start_compiles_and_the_second_asks_nobody()
    {
        var first = await Run("Deploy");
        first.ShouldBe((7, "program: one\n<Deploy>\n", "Compiling the build (its inputs changed)\n"));
        File.Delete(Calls);
        File.WriteAllText(Path.Combine(Root, "build", "obj", "made.cs"), "not an input");
        (await Run("Deploy")).ShouldBe((7, "program: one\n<Deploy>\n", ""));
        File.ReadAllLines(Calls).ShouldHaveSingleItem().ShouldEndWith("/_build.dll");
    }

    [Fact]
    public async Task Machine_code_is_started_while_the_inputs_are_those_it_was_made_from()
    {
        await Run();
        var native = Path.Combine(Directory.EnumerateDirectories(Path.Combine(Root, ".nuke", "temp", "bin")).Single(), "_build.native");
        await File.WriteAllTextAsync(native, "#!/bin/sh\nprintf 'native: <%s>\\n' \"$@\"\nexit 3\n", TestContext.Current.CancellationToken);
        (await Run("x")).Output.ShouldBe("program: one\n<x>\n");
        File.SetUnixFileMode(native, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        (await Run("a b", "")).ShouldBe((3, "native: <a b>\nnative: <>\n", ""));
        Source = "two";
        (await Run("x")).ShouldBe((7, "program: two\n<x>\n", "Compiling the build (its inputs changed)\n"));
    }

    [Fact]
    public async Task Arguments_arrive_as_they_were_written() =>
        (await Run("a b", "", "*", "$(id)", "`id`", "--x=\"y\"", "\\", "line\nfeed")).Output
            .ShouldBe("program: one\n<a b>\n<>\n<*>\n<$(id)>\n<`id`>\n<--x=\"y\">\n<\\>\n<line\nfeed>\n");

    [Fact]
    public async Task A_changed_input_compiles_again_and_an_old_state_starts_at_once()
    {
        await Run();
        Source = "two";
        (await Run()).ShouldBe((7, "program: two\n", "Compiling the build (its inputs changed)\n"));
        File.WriteAllText(Path.Combine(Root, "Directory.Build.props"), "<Project />");
        (await Run()).Error.ShouldNotBeEmpty();
        File.Delete(Path.Combine(Root, "Directory.Build.props"));
        Source = "one";
        (await Run()).ShouldBe((7, "program: one\n", ""));
    }

    [Fact]
    public async Task What_does_not_compile_is_shown_in_full_and_leaves_nothing_behind()
    {
        Source = "broken";
        (await Run("--plan")).ShouldBe((1, "", """
            Compiling the build (its inputs changed)
            Build.cs(1,1): error CS1002: ; expected
            The build does not compile

            """));
        Directory.EnumerateFileSystemEntries(Path.Combine(Root, ".nuke", "temp", "bin")).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(Root, ".nuke", "temp")).Select(Path.GetFileName).ShouldBe(["bin"]);
    }

    [Fact]
    public async Task Several_starts_at_once_all_run()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Run("x")));
        outcomes.ShouldAllBe(outcome => outcome.ExitCode == 7 && outcome.Output == "program: one\n<x>\n");
        var made = Directory.EnumerateDirectories(Path.Combine(Root, ".nuke", "temp", "bin")).ShouldHaveSingleItem();
        Directory.EnumerateDirectories(made).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_three_newest_programs_are_kept()
    {
        foreach (var source in new[] { "one", "two", "three", "four", "five" })
        {
            Source = source;
            await Run();
        }

        Directory.EnumerateDirectories(Path.Combine(Root, ".nuke", "temp", "bin"))
            .Select(made => File.ReadAllText(Path.Combine(made, "_build.dll"))).Order().ShouldBe(["five", "four", "three"]);
    }

    private async Task<(int ExitCode, string Output, string Error)> Run(params string[] words)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Root, "build.sh"), .. words])
        {
            WorkingDirectory = Path.Combine(directory.FullName, "elsewhere"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{Path.Combine(directory.FullName, "path")}:{start.Environment["PATH"]}";
        start.Environment["CALLS"] = Calls;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
