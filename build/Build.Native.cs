using Nuke.Common;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Runs;
using Serilog;

/// <summary>The program as machine code.</summary>
partial class Build
{
    Target CompileNative => _ => _
        .Description("Compile this program to machine code, which starts at once; takes minutes, 2 GB of memory and a C linker")
        .Executes(CompileToMachineCode);

    /// <summary>Leaves the program where <c>build.sh</c> finds it, once it says what the ordinary one says.</summary>
    async Task CompileToMachineCode()
    {
        var native = ChildBuild.NativeProgram(BuildAssemblyFile);
        if (File.Exists(native) && File.GetLastWriteTimeUtc(native) >= File.GetLastWriteTimeUtc(BuildAssemblyFile))
        {
            Log.Information("It is there already: {Path:l}", native);
            return;
        }

        var work = TemporaryDirectory / FormattableString.Invariant($"native.{Environment.ProcessId}");
        try
        {
            var exitCode = await ForegroundProcess.RunAsync(
                ChildBuild.DotNet,
                ["publish", RootDirectory / "build" / "_build.csproj", "--configuration", "Release", "--artifacts-path", work, "--output", work / "out",
                 "--nologo", "--verbosity", "quiet", "-nodeReuse:false", "-clp:NoSummary", "-p:NativeProgram=true", "-p:UseSharedCompilation=false",
                 "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false", "-p:GenerateDocumentationFile=false"],
                new Dictionary<string, string> { ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1" },
                Stop);
            Assert.True(exitCode == 0,
                "The program does not compile to machine code. It needs a C linker and zlib (Debian: apt-get install clang zlib1g-dev; Alpine: apk add clang build-base zlib-dev)");

            string made = work / "out" / (OperatingSystem.IsWindows() ? "_build.exe" : "_build");
            await ExpectTheSame(made, "--help");
            await ExpectTheSame(made, "--plan", "--plan-format", "json", "--target", "Deploy", "HealthCheck");
            await ExpectTheSame(made, "--plan", "Deploy", "--rounds", "2", "--on-failure", "stop", "--min-healthy-time", "1s", "--verbosity", "quiet");
            await ExpectTheSame(made, "Nonsense", "--rounds", "x", "--on-failure", "x", "--min-healthy-time", "x", "--verbosity", "x", "--docker-hst", "x");
            File.Move(made, native, overwrite: true);
            Log.Information("build.sh and build.ps1 start {Path:l} from now on, until an input of the program changes", native);
        }
        finally
        {
            if (Directory.Exists(work))
                Directory.Delete(work, recursive: true);
        }
    }

    // The compiler removes what it believes nobody looks at; targets and parameters are found by looking.
    async Task ExpectTheSame(string native, params string[] words)
    {
        words = [.. words, "--root", RootDirectory];
        var expected = await Command.RunAsync(ChildBuild.DotNet, [BuildAssemblyFile, .. words], Stop);
        var said = await Command.RunAsync(native, words, Stop);
        Assert.True((said.Output, said.Errors, said.ExitCode) == (expected.Output, expected.Errors, expected.ExitCode),
            $"The program of machine code is not used: it answers {words[0]} otherwise than the ordinary one{Environment.NewLine}{said.Output}{said.Errors}");
    }
}
