using Nuke.Common;
using Nuke.Common.ValueInjection;

namespace PhasedRollout.Tests.Nuke;

[Collection(OneRunAtATime.Name)]
public sealed class ParameterTests : IDisposable
{
    private readonly Running running = new();

    public void Dispose() => running.Dispose();

    [Theory]
    [InlineData("ImageTag", "image-tag", "IMAGE_TAG")]
    [InlineData("GitHubToken", "github-token", "GITHUB_TOKEN")]
    [InlineData("DockerHost", "docker-host", "DOCKER_HOST")]
    [InlineData("MSBuildPath", "msbuild-path", "MSBUILD_PATH")]
    [InlineData("HTTPPort", "http-port", "HTTP_PORT")]
    [InlineData("Phase2", "phase2", "PHASE2")]
    public void A_name_has_one_spelling_for_the_command_line_and_one_for_the_environment(string name, string dashed, string variable)
    {
        Spelling.Dashed(name).ShouldBe(dashed);
        Spelling.Variable(name).ShouldBe(variable);
    }

    [Theory]
    [InlineData("--replicas", "3")]
    [InlineData("--replicas=3")]
    [InlineData("-Replicas", "3")]
    [InlineData("--REPLICAS", "3")]
    [InlineData("--repli-cas=3")]
    public void Case_and_inner_dashes_do_not_count_and_a_value_may_follow_an_equals_sign(params string[] words) =>
        Run(words).Replicas.ShouldBe(3);

    [Theory]
    [InlineData("--replicas=-3")]
    [InlineData("--replicas", "-3")]
    public void A_number_may_be_negative(params string[] words) => Run(words).Replicas.ShouldBe(-3);

    [Fact]
    public void After_an_equals_sign_a_value_may_begin_with_dashes_and_hold_more_equals_signs() =>
        Run("--text=--a=b").Text.ShouldBe("--a=b");

    [Fact]
    public void A_value_is_not_mistaken_for_a_target_and_a_target_not_for_a_value()
    {
        var build = Run("--probe", "Generate", "--replicas", "2", "Verify");
        build.Probe.ShouldBeTrue();
        build.Ran.ShouldBe(["Verify", "Generate"]);
    }

    [Theory]
    [InlineData(true, "--probe")]
    [InlineData(true, "--probe", "true")]
    [InlineData(false, "--probe", "false")]
    [InlineData(false, "--probe=FALSE")]
    public void A_flag_stands_alone_or_takes_true_or_false(bool expected, params string[] words) => Run(words).Probe.ShouldBe(expected);

    [Theory]
    [InlineData("--compose-profiles", "a", "b", "c")]
    [InlineData("--compose-profiles", "a,b", "c")]
    [InlineData("--compose-profiles=a", "--compose-profiles", "b,c")]
    public void A_list_is_repeated_or_separated_by_spaces_or_by_its_separator(params string[] words) =>
        Run(words).ComposeProfiles.ShouldBe(["a", "b", "c"]);

    [Fact]
    public void A_list_without_a_value_is_empty_and_the_last_of_two_single_values_wins()
    {
        Run("--compose-profiles").ComposeProfiles.ShouldBeEmpty();
        Run("--replicas", "1", "--replicas", "2").Replicas.ShouldBe(2);
    }

    [Fact]
    public void Values_take_the_type_of_their_member()
    {
        var build = Run(
            "--deploy-to", "docker-compose", "--ports", "80", "443", "--patience", "00:00:30", "--share", "0.5",
            "--site", "https://example.org/", "--hidden", "h", "--other-name", "o", "--compose-file", "x.yml");
        build.DeployTo.ShouldBe(RolloutBuild.Place.DockerCompose);
        build.Ports.ShouldBe([80, 443]);
        build.Patience.ShouldBe(TimeSpan.FromSeconds(30));
        build.Share.ShouldBe(0.5);
        build.Site.ShouldBe(new Uri("https://example.org/"));
        build.HiddenValue.ShouldBe("h");
        build.Renamed.ShouldBe("o");
        build.ComposeFile.ToString().ShouldBe(Path.Combine(running.Root, "x.yml"));
    }

    [Fact]
    public void The_command_line_wins_over_the_environment_over_the_file_over_the_initialiser()
    {
        Run().Text.ShouldBe("none");
        running.ParametersFile = """{ "$schema": "./build.schema.json", "Text": "file", "Ports": [1, 2], "Probe": true }""";
        Run().Text.ShouldBe("file");
        RolloutBuild.Last!.Ports.ShouldBe([1, 2]);
        RolloutBuild.Last!.Probe.ShouldBeTrue();
        running.Environment["TEXT"] = "environment";
        Run().Text.ShouldBe("environment");
        running.Environment["NUKE_TEXT"] = "prefixed";
        Run().Text.ShouldBe("prefixed");
        Run("--text", "command line").Text.ShouldBe("command line");
    }

    [Theory]
    [InlineData("COMPOSE_PROFILES")]
    [InlineData("NUKE_COMPOSE_PROFILES")]
    [InlineData("ComposeProfiles")]
    public void A_variable_may_be_spelt_in_several_ways(string variable)
    {
        running.Environment[variable] = "a,b";
        Run().ComposeProfiles.ShouldBe(["a", "b"]);
    }

    [Fact]
    public void An_empty_variable_counts_as_unset()
    {
        running.Environment["REPLICAS"] = "";
        Run().Replicas.ShouldBeNull();
    }

    [Fact]
    public void A_path_in_the_file_is_relative_to_the_root_and_one_on_the_command_line_to_the_working_directory()
    {
        Directory.CreateDirectory(Path.Combine(running.Root, "sub"));
        using var below = new Running { WorkingDirectory = Path.Combine(running.Root, "sub") };
        running.ParametersFile = """{ "ComposeFile": "a.yml" }""";
        below.Run<RolloutBuild>("Verify").ExitCode.ShouldBe(0);
        RolloutBuild.Last!.ComposeFile.ToString().ShouldBe(Path.Combine(running.Root, "a.yml"));
        below.Run<RolloutBuild>("Verify", "--compose-file", "a.yml").ExitCode.ShouldBe(0);
        RolloutBuild.Last!.ComposeFile.ToString().ShouldBe(Path.Combine(running.Root, "sub", "a.yml"));
    }

    [Theory]
    [InlineData("SKIP", "Verify")]
    [InlineData("TARGET", "Nonsense")]
    [InlineData("HOST", "myserver")]
    [InlineData("HELP", "true")]
    [InlineData("VERBOSITY", "loud")]
    [InlineData("PLAN", "true")]
    public void The_switches_of_the_engine_ignore_variables_without_the_prefix(string variable, string value)
    {
        running.Environment[variable] = value;
        Run().Ran.ShouldBe(["Verify"]);
    }

    [Fact]
    public void The_switches_of_the_engine_obey_variables_with_the_prefix()
    {
        running.Environment["NUKE_TARGET"] = "Generate";
        running.Environment["NUKE_SKIP"] = "Verify";
        running.Run<RolloutBuild>().ExitCode.ShouldBe(0);
        RolloutBuild.Last!.Ran.ShouldBe(["Generate"]);
    }

    [Theory]
    [InlineData("--imgae-tag: unknown parameter; --help lists those there are", "--imgae-tag", "v1")]
    [InlineData("--replcas: unknown parameter; did you mean --replicas?", "--replcas", "3")]
    [InlineData("--tex: unknown parameter; did you mean --text?", "--tex=x")]
    [InlineData("Verfy: unknown target; did you mean Verify?", "Verfy")]
    [InlineData("--skip: Reprot: unknown target; did you mean Report?", "--skip", "Reprot")]
    [InlineData("--replicas: 'three' is not a whole number", "--replicas", "three")]
    [InlineData("--replicas: '99999999999' is not between -2147483648 and 2147483647", "--replicas", "99999999999")]
    [InlineData("--replicas: a value is missing; write --replicas <number>", "--replicas")]
    [InlineData("--deploy-to: 'swarn' is none of docker, swarm, docker-compose; did you mean swarm?", "--deploy-to", "swarn")]
    [InlineData("--deploy-to: '1' is none of docker, swarm, docker-compose", "--deploy-to", "1")]
    [InlineData("--probe: 'maybe' is neither true nor false", "--probe=maybe")]
    [InlineData("--ports: 'x' is not a whole number", "--ports", "80", "x")]
    [InlineData("--share: 'half' is not a number; write it as 1.5", "--share", "half")]
    [InlineData("--patience: '10' is no time; write hours, minutes and seconds as 00:05:00", "--patience", "10")]
    [InlineData("--verbosity: 'loud' is none of verbose, normal, minimal, quiet", "--verbosity", "loud")]
    [InlineData("--host: 'GitHub' is none of Terminal, GitHubActions, AppVeyor, AzurePipelines, Bamboo, Bitbucket, Bitrise, GitLab, Jenkins, SpaceAutomation, TeamCity, TravisCI; did you mean GitLab?", "--host", "GitHub")]
    [InlineData("--continue: not available yet", "--continue")]
    [InlineData("--profile: not available yet", "--profile", "ci")]
    [InlineData("--completion: not available yet", "--completion")]
    [InlineData("--: has no meaning here; targets stand without dashes, a value that begins with a dash is written --name=-value", "--")]
    public void Wrong_words_are_refused_with_what_would_be_right(string problem, params string[] words)
    {
        var outcome = running.Run<RolloutBuild>(x => x.Verify, words);
        outcome.ExitCode.ShouldBe(2);
        outcome.Error.ShouldBe(problem + "\n");
        outcome.Output.ShouldBeEmpty();
    }

    [Fact]
    public void All_problems_are_listed_at_once()
    {
        running.Environment["SHARE"] = "much";
        running.ParametersFile = """{ "Prots": [80], "Patience": {}, "Probe": [true] }""";
        var outcome = running.Run<RolloutBuild>("Deploi", "Deploy", "--tex", "x", "--deploy-to=moon");
        outcome.ExitCode.ShouldBe(2);
        outcome.Error.ShouldBe("""
            --tex: unknown parameter; did you mean --text?
            .nuke/parameters.json: Prots: unknown parameter; did you mean Ports?
            .nuke/parameters.json: Patience: is an object; write a text, a number, true, false or a list of them
            .nuke/parameters.json: Probe: is a list; it takes one value
            --deploy-to: 'moon' is none of docker, swarm, docker-compose
            SHARE (environment): 'much' is not a number; write it as 1.5
            Deploi: unknown target; did you mean Deploy?
            --replicas: required by Deploy but not set; give --replicas <number>, or the environment variable REPLICAS or NUKE_REPLICAS, or "Replicas" in .nuke/parameters.json

            """);
    }

    [Fact]
    public void A_file_that_is_not_JSON_is_refused_with_its_line()
    {
        running.ParametersFile = "{\n  \"Text\": oops\n}";
        var outcome = running.Run<RolloutBuild>("Verify");
        outcome.ExitCode.ShouldBe(2);
        outcome.Error.ShouldStartWith(".nuke/parameters.json:2: is not JSON: 'o' is an invalid start of a value.");
    }

    [Fact]
    public void Without_a_root_the_program_says_so()
    {
        using var elsewhere = new Running();
        Directory.Delete(Path.Combine(elsewhere.Root, ".nuke"));
        var outcome = elsewhere.Run<RolloutBuild>("Verify");
        outcome.ExitCode.ShouldBe(2);
        outcome.Error.ShouldBe(
            $"Neither '{elsewhere.Root}' nor a directory above it has a .nuke directory; run inside the repository, or give --root <path>\n");
        elsewhere.Run<RolloutBuild>("Verify", "--root").ExitCode.ShouldBe(0);
        elsewhere.Run<RolloutBuild>("Verify", "--root", running.Root).ExitCode.ShouldBe(0);
        NukeBuild.RootDirectory.ToString().ShouldBe(running.Root);
        elsewhere.Run<RolloutBuild>("Verify", "--root=nowhere").Error.ShouldBe($"--root: there is no directory '{elsewhere.Root}/nowhere'\n");
    }

    private RolloutBuild Run(params string[] words)
    {
        var outcome = running.Run<RolloutBuild>(x => x.Verify, words);
        outcome.Error.ShouldBeEmpty();
        outcome.ExitCode.ShouldBe(0);
        return RolloutBuild.Last!;
    }
}
