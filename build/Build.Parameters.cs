using System.ComponentModel;
using System.Globalization;
using Nuke.Common;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs.Terminal;

/// <summary>What a user may set. The order is: command line, environment, .nuke/parameters.json, the default here.</summary>
partial class Build
{
    const string PublicGitHub = "https://api.github.com";

    [Parameter("The stack; several files are merged as Compose merges them - Default is phases/compose.yml")]
    readonly string[]? ComposeFile;

    [Parameter("Values for the compose file's ${VARIABLES} - Default is .env beside the compose file, if there")]
    readonly string? EnvFile;

    [Parameter("Compose's profiles to activate")]
    readonly string[] ComposeProfiles = [];

    [Parameter("Where the phase files go - Default is phases")]
    readonly string? PhasesDirectory;

    [Parameter("Where the reports go - Default is reports")]
    readonly string? ReportsDirectory;

    [Parameter("The kind of place to deploy to")]
    readonly string DeployTo = "docker";

    [Parameter("The engine: unix://, tcp:// - Default is DOCKER_CONTEXT, the current Docker context, then the platform's socket")]
    readonly string? DockerHost;

    [Parameter("The exact REST root of GitHub; an Enterprise is https://host/api/v3")]
    readonly string GithubUrl = PublicGitHub;

    [Parameter("Optional for public repositories; also taken from GH_TOKEN; sent only to the host of --github-url"), Secret]
    readonly string? GithubToken = Environment.GetEnvironmentVariable("GH_TOKEN");

    [Parameter("Ask no image registry and no package index: tags stay as they are written, base images and pinned packages are not looked up")]
    readonly bool NoRegistries;

    [Parameter("Where pinned Python packages are looked up: the root of a Simple Repository API - Default is https://pypi.org/simple/")]
    readonly string? PypiUrl;

    [Parameter("Where pinned npm packages are looked up - Default is https://registry.npmjs.org/")]
    readonly string? NpmUrl;

    [Parameter("Where pinned NuGet packages are looked up: a V3 service index - Default is https://api.nuget.org/v3/index.json")]
    readonly string? NugetUrl;

    [Parameter("How long every check must pass without a break before a service counts as healthy")]
    readonly Duration MinHealthyTime = TimeSpan.FromSeconds(10);

    [Parameter("How long a service may take to become healthy")]
    readonly Duration HealthyDeadline = TimeSpan.FromMinutes(5);

    [Parameter("How long a phase may go without another service becoming healthy")]
    readonly Duration ProgressDeadline = TimeSpan.FromMinutes(10);

    [Parameter("What to do with a phase that failed: rollback, or stop and leave it as it is")]
    readonly FailureAction OnFailure = FailureAction.Rollback;

    [Parameter("Versions of each phase that Rollback can reach")]
    readonly int KeepVersions = 3;

    [Parameter("The phase that Rollback takes back, or that Preview shows - Default is the highest that has a version to go back to, and all of them")]
    readonly int? Phase;

    [Parameter("Runs kept in reports/runs")]
    readonly int KeepRuns = 20;

    [Parameter("Make a GitHub Deployment to this environment, with a status for each phase and one for the commit; needs a token that may write them")]
    readonly string? GithubDeployment;

    [Parameter("Write a comment at this pull request, over that of the run before: its number, or auto for the one in GITHUB_REF")]
    readonly string? GithubComment;

    [Parameter("How to show what is going on: auto, tty (live), plain (lines), quiet (warnings, errors and the end)")]
    readonly ProgressMode Progress = ProgressMode.Auto;

    [Parameter("Builds and starts side by side within a phase - Default is the number of processors")]
    readonly int Parallelism = Environment.ProcessorCount;

    [Parameter("Create a missing external network; otherwise it blocks, with the command that would create it")]
    readonly bool CreateMissingNetworks;

    [Parameter("How long to wait while somebody else deploys the same project")]
    readonly Duration WaitForLock = TimeSpan.Zero;

    [Parameter("Break the lock of this run, though it may still live: its run id, as the refusal names it")]
    readonly string? BreakLock;

    [Parameter("Accept a finding for this run: <rule>[:<service>]=<reason>")]
    readonly string[] Accept = [];

    [Parameter("The rule that Explain prints, such as VC301")]
    readonly string? Rule;

    [Parameter("Teardown also removes the project's named volumes, and what is in them")]
    readonly bool Volumes;

    [Parameter("A helper container with the failed service's own image may look from inside its network whether its databases answer")]
    readonly bool Probe;

    [Parameter("Never install a missing engine, database or git for Demo and Test")]
    readonly bool NoInstall;

    [Parameter("Demo provokes this failure after a good deployment: build-context-not-found, dockerfile-missing, build-failure, "
        + "port-conflict, port-conflict-process, database-unreachable, database-unknown, credentials-rejected, network-missing")]
    readonly string? Break;

    [Parameter("How often Benchmark measures everything")]
    readonly int Rounds = 3;

    [Parameter("Demo ends everything that it left behind")]
    readonly bool Remove;
}

/// <summary>A span of time as Compose and Nomad write it: <c>10s</c>, <c>1m30s</c>, <c>500ms</c>, <c>2h</c>.</summary>
[TypeConverter(typeof(DurationConverter))]
readonly record struct Duration(TimeSpan Value)
{
    public static implicit operator Duration(TimeSpan value) => new(value);

    public static implicit operator TimeSpan(Duration duration) => duration.Value;

    /// <summary>In the largest unit that says it in one whole number.</summary>
    public override string ToString() => Value.Ticks switch
    {
        var ticks when ticks % TimeSpan.TicksPerHour == 0 && ticks != 0 => FormattableString.Invariant($"{ticks / TimeSpan.TicksPerHour}h"),
        var ticks when ticks % TimeSpan.TicksPerMinute == 0 && ticks != 0 => FormattableString.Invariant($"{ticks / TimeSpan.TicksPerMinute}m"),
        var ticks when ticks % TimeSpan.TicksPerSecond == 0 => FormattableString.Invariant($"{ticks / TimeSpan.TicksPerSecond}s"),
        var ticks => FormattableString.Invariant($"{ticks / TimeSpan.TicksPerMillisecond}ms"),
    };
}

/// <summary>Reads a <see cref="Duration"/> from a parameter.</summary>
sealed class DurationConverter : TypeConverter
{
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

    public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        ValueFormats.Duration((string)value) is { } span
            ? new Duration(span)
            : throw new FormatException("a duration such as 10s, 1m30s or 500ms");
}
