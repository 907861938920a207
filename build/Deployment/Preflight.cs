using PhasedRollout.Contexts;
using PhasedRollout.Deployment.Checks;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>How Preflight looks.</summary>
public sealed record PreflightSettings
{
    /// <summary>True to create external networks that are missing: <c>--create-missing-networks</c>.</summary>
    public bool CreateMissingNetworks { get; init; }

    /// <summary>What was found out about the services' sources; empty when nothing was verified in this run.</summary>
    public IReadOnlyList<VerifiedService> Verified { get; init; } = [];

    /// <summary>Less free disk than this is worth a look.</summary>
    public long LittleDisk { get; init; } = 1L << 30;

    /// <summary>Less free disk than this and nothing can be built or pulled.</summary>
    public long NoDisk { get; init; } = 100L << 20;
}

/// <summary>Checks the place to deploy to, before anything of it is touched. It writes nothing, except a missing network when it is told to.</summary>
/// <param name="target">The place.</param>
/// <param name="probe">Asks databases and caches.</param>
/// <param name="log">Where it says what it does.</param>
/// <param name="registry">The registries of base images; null when they are not to be asked.</param>
public sealed class Preflight(IDeploymentTarget target, IRequirementProbe probe, IRunLog log, IImageRegistry? registry = null)
{
    private Task<(Requirement Requirement, RequirementAnswer Answer)[]>? asked;
    private Task<TargetDescription>? described;

    /// <summary>Asks the databases and caches already, and the target what it is; the next check takes their answers.</summary>
    public void AskAhead(Rollout rollout, CancellationToken cancellationToken)
    {
        asked = AskAsync(rollout, cancellationToken);
        described = target.DescribeAsync(cancellationToken);
    }

    /// <summary>Checks everything and gives all that was found; an engine that does not answer is a finding too.</summary>
    /// <param name="rollout">The stack.</param>
    /// <param name="phases">Its phases.</param>
    /// <param name="settings">How to look.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<Finding>> CheckAsync(
        Rollout rollout, IReadOnlyList<Phase> phases, PreflightSettings settings, CancellationToken cancellationToken)
    {
        var requirements = CheckRequirementsAsync(rollout, cancellationToken);
        var (isRemote, ofTarget) = await CheckTargetAsync(rollout, phases, settings, cancellationToken);
        Finding[] findings =
        [
            .. TextChecks.Check(rollout, phases),
            .. ofTarget,
            .. (await requirements).Select(finding => isRemote ? SeenFromElsewhere(finding) : finding),
        ];
        return [.. findings.Select(finding => Accept(rollout, finding)).OrderBy(finding => !finding.Blocks).ThenBy(finding => finding.Certainty)];
    }

    // What cannot be reached from here may well be reached from the engine's host; a rejected password is rejected everywhere.
    private static Finding SeenFromElsewhere(Finding finding) =>
        finding.Failure == FailureClass.DatabaseUnreachable ? finding with { Certainty = Certainty.Likely } : finding;

    private async Task<(bool IsRemote, IReadOnlyList<Finding> Findings)> CheckTargetAsync(
        Rollout rollout, IReadOnlyList<Phase> phases, PreflightSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            var description = await (Interlocked.Exchange(ref described, null) ?? target.DescribeAsync(cancellationToken));
            log.Information($"engine {description.Version} (API {description.ApiVersion}) at {description.Endpoint}, host {description.Name}");
            var observed = await new TargetSnapshot(target).TakeAsync(rollout.Project, cancellationToken);
            // It may write; the others only ask, all at once.
            var networks = await new NetworkCheck(target, log).CheckAsync(rollout, observed, settings, cancellationToken);
            var ports = new PortCheck(target).CheckAsync(rollout, observed, description.IsLocal, cancellationToken);
            var databases = new DatabaseVolumeCheck(target).CheckAsync(rollout, cancellationToken);
            var images = new ImageCheck(target, description.Platform).CheckAsync(phases, cancellationToken);
            var bases = new BaseImageCheck(target, registry, description.Platform).CheckAsync(settings.Verified, cancellationToken);
            var disk = CheckDiskAsync(settings, cancellationToken);
            await Task.WhenAll(ports, databases, images, bases, disk);
            return (!description.IsLocal,
            [
                .. networks,
                .. SubnetCheck.Check(rollout, observed, description),
                .. await ports,
                .. LimitCheck.Check(rollout, description),
                .. BuilderCheck.Check(settings.Verified, description),
                .. NameCheck.Check(rollout, phases, observed),
                .. VolumeCheck.Check(rollout, observed),
                .. await databases,
                .. FirstStartCheck.Check(rollout, observed),
                .. await images,
                .. await bases,
                .. await disk,
            ]);
        }
        catch (WorldRefusedException refused)
        {
            return (false,
            [
                new Finding(PreflightRules.Engine, refused.Failure, Certainty.Certain, refused.Message, "--docker-host", refused.Remedy)
                {
                    Evidence = refused.Evidence,
                    NextCommand = refused.Failure == FailureClass.EngineUnreachable ? "docker version" : null,
                },
            ]);
        }
    }

    private async Task<IReadOnlyList<Finding>> CheckRequirementsAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        var answers = await (Interlocked.Exchange(ref asked, null) ?? AskAsync(rollout, cancellationToken));
        foreach (var (_, answer) in answers.Where(answer => answer.Answer.Failure is null))
            log.Information($"{answer.Address}: {answer.Message}");

        return
        [
            .. from pair in answers
               where pair.Answer.Failure is not null
               select new Finding(PreflightRules.Requirement, pair.Answer.Failure!.Value, Certainty.Certain,
                   $"{pair.Answer.Address}: {pair.Answer.Message}", pair.Requirement.Where, pair.Answer.Remedy)
               {
                   Service = pair.Requirement.Service,
                   File = pair.Requirement.Location.File,
                   Line = pair.Requirement.Location.Line,
                   Evidence = [$"{pair.Answer.Address}: {pair.Answer.Message}"],
               },
        ];
    }

    private Task<(Requirement Requirement, RequirementAnswer Answer)[]> AskAsync(Rollout rollout, CancellationToken cancellationToken) =>
        Task.WhenAll(rollout.Requirements.Select(async requirement => (requirement, await probe.ProbeAsync(requirement, cancellationToken))));

    private async Task<IReadOnlyList<Finding>> CheckDiskAsync(PreflightSettings settings, CancellationToken cancellationToken)
    {
        if (await target.FreeDiskAsync(cancellationToken) is not { } free || free >= settings.LittleDisk)
            return [];

        return
        [
            new Finding(PreflightRules.Disk, FailureClass.DiskFull, free < settings.NoDisk ? Certainty.Certain : Certainty.Likely,
                FormattableString.Invariant($"{free >> 20} MiB are free where the engine keeps its images"), "engine",
                "free some: docker system df shows what takes the space")
            {
                NextCommand = "docker system df",
            },
        ];
    }

    private static Finding Accept(Rollout rollout, Finding finding) =>
        rollout.Accepted.FirstOrDefault(accepted => accepted.Covers(finding)) is { } accepted ? finding with { Accepted = accepted.Reason } : finding;
}

/// <summary>The ids of Preflight's rules.</summary>
public static class PreflightRules
{
    /// <summary>A Dockerfile needs what no builder of the target does.</summary>
    public const string Builder = "VC212";

    /// <summary>An image is not there for the target's platform.</summary>
    public const string Platform = "VC216";

    /// <summary>A host port is held.</summary>
    public const string Port = "VC303";

    /// <summary>A host port needs a right that the engine lacks, or is one that outgoing connections use.</summary>
    public const string PortRange = "VC304";

    /// <summary>The data of a database was written by another version.</summary>
    public const string DatabaseVersion = "VC506";

    /// <summary>A variable has no value.</summary>
    public const string Variable = "VC508";

    /// <summary>An external network or volume is missing or does not fit.</summary>
    public const string External = "VC601";

    /// <summary>Ranges of addresses overlap, or none is left.</summary>
    public const string Subnet = "VC603";

    /// <summary>The disk is full, or a limit is above what the target has.</summary>
    public const string Disk = "VC704";

    /// <summary>No engine answers, or it is too old.</summary>
    public const string Engine = "VC901";

    /// <summary>An image is neither on the target nor to be had.</summary>
    public const string Image = "VC902";

    /// <summary>A database or cache does not answer.</summary>
    public const string Requirement = "VC903";

    /// <summary>A key is not honoured yet.</summary>
    public const string Key = "VC904";

    /// <summary>A context was not verified.</summary>
    public const string Context = "VC905";

    /// <summary>A container's name is held by somebody else's.</summary>
    public const string ContainerName = "VC906";
}
