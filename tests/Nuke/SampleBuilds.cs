using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Common.Utilities.Collections;
using Serilog;

#pragma warning disable CS0649, CA1051 // the engine sets the fields of a build, and tests look at them

namespace PhasedRollout.Tests.Nuke;

/// <summary>A small rollout: enough of everything that help, plan and parameters show.</summary>
internal sealed class RolloutBuild : NukeBuild
{
    public enum Place
    {
        Docker,
        Swarm,
        DockerCompose,
    }

    /// <summary>The build of the last run, for tests that look at its fields.</summary>
    public static RolloutBuild? Last { get; private set; }

    public List<string> Ran { get; } = [];

    [Parameter("The stack")] public readonly AbsolutePath ComposeFile = RootDirectory / "phases" / "compose.yml";
    [Parameter("Where to deploy")] public readonly Place DeployTo = Place.Docker;
    [Parameter("A token for private repositories"), Secret] public readonly string? GitHubToken;
    [Parameter("How many replicas")] public readonly int? Replicas;
    [Parameter("Profiles of the compose file", Separator = ",")] public readonly string[] ComposeProfiles = [];
    [Parameter] public readonly int[] Ports = [];
    [Parameter("Look from inside")] public readonly bool Probe;
    [Parameter("How long")] public readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    [Parameter("How much")] public readonly double Share;
    [Parameter("A site")] public readonly Uri? Site;
    [Parameter("Free text")] public string Text { get; } = "none";
    [Parameter] private string? Hidden { get; set; }
    [Parameter(Name = "OtherName")] public readonly string? Renamed;

    public string? HiddenValue => Hidden;

    protected internal override void OnBuildCreated() => Last = this;

    protected internal override void OnTargetRunning(string target) => Ran.Add(target);

    public Target Verify => _ => _
        .Description("Check every build context")
        .Executes(() =>
        {
            Log.Information("Looking with {Token}", GitHubToken);
            ReportSummary(_ => _.AddPair("contexts", 9));
        });

    public Target Generate => _ => _
        .DependsOn(Verify)
        .Executes(() => { });

    public Target Deploy => _ => _
        .Description("Deploy the phase and hold its gate")
        .DependsOn(Generate)
        .Requires(() => Replicas)
        .Triggers(Report)
        .Executes(() => { });

    public Target HealthCheck => _ => _
        .After(Deploy)
        .OnlyWhenDynamic(() => Share >= 0)
        .Executes(() => { });

    public Target Report => _ => _
        .After(HealthCheck)
        .AssuredAfterFailure()
        .Executes(() => { });

    public Target All => _ => _
        .DependsOn(Deploy, HealthCheck);

    public Target Internal => _ => _
        .Unlisted()
        .Executes(() => { });
}

/// <summary>A failure that the build expects.</summary>
internal sealed class EngineRefusedException(string message) : Exception(message);
