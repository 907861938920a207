namespace PhasedRollout.Tests.Architecture;

public class ArrowTests
{
    [Fact]
    public void The_arrows_of_this_repository_all_point_to_the_left() =>
        Arrows.Check(ReadSources()).ShouldBeEmpty();

    [Fact]
    public void The_sources_that_are_checked_are_really_there()
    {
        var paths = ReadSources().Select(source => source.Path).ToList();

        paths.ShouldContain("build/Reports/RunRecord.cs");
        paths.ShouldNotContain(path => path.Contains("/obj/", StringComparison.Ordinal) || path.Contains("/bin/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("build/Deployment/Bad.cs", "using PhasedRollout.Reports;",
        "build/Deployment/Bad.cs uses Reports, which comes after Deployment in the flow")]
    [InlineData("build/Deployment/Bad.cs", "using static PhasedRollout.Reports.RunRecord;",
        "build/Deployment/Bad.cs uses Reports, which comes after Deployment in the flow")]
    [InlineData("build/Deployment/Bad.cs", "using Later = global::PhasedRollout.Reports.RunRecord;",
        "build/Deployment/Bad.cs uses Reports, which comes after Deployment in the flow")]
    [InlineData("build/Compose/Bad.cs", "class A { PhasedRollout.Rollouts.Rollout? rollout; }",
        "build/Compose/Bad.cs uses Rollouts, which comes after Compose in the flow")]
    [InlineData("build/Deployment/Docker/Bad.cs", "class A { Reports.RunRecord? record; }",
        "build/Deployment/Docker/Bad.cs uses Reports, which comes after Deployment in the flow")]
    [InlineData("build/Rollouts/Bad.cs", "using PhasedRollout.Demo;",
        "build/Rollouts/Bad.cs uses Demo, which stands beside the flow")]
    [InlineData("build/Demo/Bad.cs", "using PhasedRollout.Compose;",
        "build/Demo/Bad.cs uses Compose; Demo stands beside the flow and uses none of it")]
    [InlineData("build/Nuke/Bad.cs", "using PhasedRollout.Compose;",
        "build/Nuke/Bad.cs uses Compose; Nuke stands beside the flow and uses none of it")]
    [InlineData("build/Deployment/Bad.cs", "using Docker.DotNet;",
        "build/Deployment/Bad.cs uses Docker.DotNet; only adapter folders such as Deployment/Docker may")]
    [InlineData("build/Deployment/Bad.cs", "class A { Docker.DotNet.Models.Version? version; }",
        "build/Deployment/Bad.cs uses Docker.DotNet; only adapter folders such as Deployment/Docker may")]
    [InlineData("build/Contexts/Bad.cs", "using Octokit;", "build/Contexts/Bad.cs uses Octokit; only adapter folders such as Contexts/GitHub may")]
    [InlineData("build/Health/Bad.cs", "using Npgsql;", "build/Health/Bad.cs uses Npgsql; only adapter folders such as Health/Databases may")]
    [InlineData("build/Rollouts/Bad.cs", "using YamlDotNet.Core;", "build/Rollouts/Bad.cs uses YamlDotNet; only Compose may")]
    [InlineData("build/Runs/Bad.cs", "using Nuke.Common;", "build/Runs/Bad.cs uses Nuke; only Build*.cs may")]
    [InlineData("build/Runs/Bad.cs", "class A { void B() => Serilog.Log.Information(\"\"); }",
        "build/Runs/Bad.cs uses Serilog; only Build*.cs and Nuke may")]
    [InlineData("build/Health/Bad.cs", "class A { HttpClient? client; }",
        "build/Health/Bad.cs uses System.Net.Http; only adapter folders such as Health/Http may")]
    [InlineData("build/Elsewhere/Bad.cs", "",
        "build/Elsewhere/Bad.cs stands in Elsewhere, which is no station of the flow: "
        + "Compose ▶ Rollouts ▶ Contexts ▶ Phases ▶ Deployment ▶ Health ▶ Diagnosis ▶ Reports ▶ Runs")]
    [InlineData("build/Helpers.cs", "", "build/Helpers.cs stands in no folder of the flow; only Build*.cs may")]
    public void A_wrong_arrow_is_named(string path, string code, string sentence) =>
        Arrows.Check([.. Tree, Source(path, code)]).ShouldBe([sentence]);

    [Theory]
    [InlineData("build/Deployment/Good.cs", "using PhasedRollout.Phases;")]
    [InlineData("build/Deployment/Docker/Good.cs", "using Docker.DotNet; class A { HttpClient? client; }")]
    [InlineData("build/Compose/Good.cs", "// using PhasedRollout.Reports;")]
    [InlineData("build/Compose/Good.cs", "class A { string b = \"PhasedRollout.Reports\"; /* Octokit. */ }")]
    [InlineData("build/Rollouts/Good.cs", "class A { object[] Reports = []; int B => Reports.Length; int C => this.Reports.Length; }")]
    [InlineData("build/Build.Wiring.cs", "using Nuke.Common; using Serilog; using PhasedRollout.Reports;")]
    [InlineData("build/Demo/GitHub/Good.cs", "class A { HttpClient? client; }")]
    public void What_is_allowed_is_not_named(string path, string code) =>
        Arrows.Check([.. Tree, Source(path, code)]).ShouldBeEmpty();

    [Fact]
    public void A_namespace_that_is_not_its_folder_is_named() =>
        Arrows.Check([new SourceText("build/Health/Http/Bad.cs", "namespace PhasedRollout.Health;")])
            .ShouldBe(["build/Health/Http/Bad.cs declares namespace PhasedRollout.Health; its folder says PhasedRollout.Health.Http"]);

    private static SourceText[] Tree => [Source("build/Reports/RunRecord.cs", "public sealed record RunRecord;")];

    private static SourceText Source(string path, string code)
    {
        var folders = path.Split('/')[1..^1];
        var space = folders.Length == 0 ? "" : $"namespace {string.Join('.', folders.Prepend("PhasedRollout"))};\n";
        return new SourceText(path, code.StartsWith("using", StringComparison.Ordinal) ? $"{code}\n{space}" : $"{space}{code}");
    }

    private static SourceText[] ReadSources()
    {
        var build = Repository.PathOf("build");
        return
        [
            .. Directory.EnumerateFiles(build, "*.cs", SearchOption.AllDirectories)
                .Select(file => (File: file, Path: "build/" + Path.GetRelativePath(build, file).Replace('\\', '/')))
                .Where(source => !source.Path.Split('/').Any(part => part is "bin" or "obj"))
                .OrderBy(source => source.Path, StringComparer.Ordinal)
                .Select(source => new SourceText(source.Path, File.ReadAllText(source.File))),
        ];
    }
}
