using Nuke.Common;
using PhasedRollout.Demo;

/// <summary>The targets: the table of contents of the project.</summary>
partial class Build : NukeBuild
{
    /// <summary>The default target changes nothing anywhere: it looks every build context up.</summary>
    static async Task<int> Main(string[] args) => args is [DemoProcess.Argument, ..]
        ? await DemoProcess.MainAsync(args)
        : Execute<Build>(x => x.VerifyContexts);

    Target VerifyContexts => _ => _
        .Description("Check every build context of the compose file against GitHub, before anything is built")
        .Executes(() => Station(run => run.VerifyContextsAsync(Stop)));

    Target GeneratePhaseComposes => _ => _
        .Description("Write one compose file a phase, cumulative and pinned to the verified commits, into phases/")
        .DependsOn(VerifyContexts)
        .WhenSkipped(DependencyBehavior.Execute)
        .Executes(() => Station(run => run.GeneratePhaseComposesAsync(Stop)));

    Target Preflight => _ => _
        .Description("Check the place to deploy to: engine, networks, ports, images, disk, PostgreSQL and Redis")
        .DependsOn(GeneratePhaseComposes)
        .WhenSkipped(DependencyBehavior.Execute)
        .Executes(() => Station(run => run.PreflightAsync(Stop)));

    Target Preview => _ => _
        .Description("Print what each phase, or --phase N, would change at the target and why; changes nothing")
        .DependsOn(GeneratePhaseComposes)
        .WhenSkipped(DependencyBehavior.Execute)
        .Executes(() => Station(run => run.PreviewAsync(Phase, ShowsJson ? Console.Out : null, Stop)));

    Target DeployPhase1 => _ => _
        .Description("Deploy phase 1 and hold its health gate")
        .DependsOn(Preflight)
        .WhenSkipped(DependencyBehavior.Execute)
        .Executes(() => Station(run => run.DeployPhaseAsync(1, LastPhase, Stop)));

    Target DeployPhase2 => _ => _
        .Description("Deploy phase 2 when phase 1 is healthy, and hold its health gate")
        .DependsOn(DeployPhase1)
        .WhenSkipped(DependencyBehavior.Execute)
        .Executes(() => Station(run => run.DeployPhaseAsync(2, LastPhase, Stop)));

    Target DeployPhase3 => _ => _
        .Description("Deploy phase 3 when phase 2 is healthy, and hold its health gate")
        .DependsOn(DeployPhase2)
        .WhenSkipped(DependencyBehavior.Execute)
        .Executes(() => Station(run => run.DeployPhaseAsync(3, LastPhase, Stop)));

    Target DeployPhase4 => _ => _
        .Description("Deploy phase 4 when phase 3 is healthy, and hold its health gate")
        .DependsOn(DeployPhase3)
        .WhenSkipped(DependencyBehavior.Execute)
        .Executes(() => Station(run => run.DeployPhaseAsync(4, LastPhase, Stop)));

    Target Deploy => _ => _
        .Description("Deploy every phase of the file, also those beyond the fourth")
        .DependsOn(DeployPhase4)
        .WhenSkipped(DependencyBehavior.Execute)
        .Executes(() => Station(run => run.DeployFurtherPhasesAsync(5, Stop)));

    Target HealthCheck => _ => _
        .Description("Check everything deployed so far, by container and by URL; changes nothing")
        .After(DeployPhase1, DeployPhase2, DeployPhase3, DeployPhase4, Deploy)
        .Executes(() => Station(run => run.HealthCheckAsync(Stop)));

    Target Rollback => _ => _
        .Description("Take the highest phase whose last change is not undone back to what ran before it, gated; --phase picks another one")
        .Executes(() => Station(run => run.RollbackAsync(Phase, Stop)));

    Target Teardown => _ => _
        .Description("Remove what this project deployed and nothing else; named volumes only with --volumes")
        .Executes(() => Station(run => run.TeardownAsync(Volumes, Stop)));

    Target SupportBundle => _ => _
        .Description("Pack the last run for an issue: reports, journal, phase files and facts, without secrets")
        .Executes(() => Station(PackAsync));

    Target Explain => _ => _
        .Description("Print the page of a rule, such as --rule VC301; without it, every rule with a line")
        .Executes(PrintRule);

    Target Report => _ => _
        .Description("Write the reports; runs after any of the above, also when one failed or was cancelled")
        .TriggeredBy(
            VerifyContexts, GeneratePhaseComposes, Preflight, DeployPhase1, DeployPhase2, DeployPhase3, DeployPhase4, Deploy,
            HealthCheck, Preview, Rollback, Teardown)
        .AssuredAfterFailure()
        .Executes(WriteReport);
}
