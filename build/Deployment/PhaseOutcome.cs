using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>What a run did to a service.</summary>
public enum ServiceChange
{
    /// <summary>Nothing: it was as asked.</summary>
    None,
    /// <summary>It was not there before.</summary>
    Created,
    /// <summary>Another container took its place.</summary>
    Replaced,
    /// <summary>It is gone.</summary>
    Removed,
    /// <summary>It was changed, and is back to what ran before.</summary>
    RolledBack,
}

/// <summary>How a phase ended.</summary>
public enum PhaseResult
{
    /// <summary>Nothing of it was touched.</summary>
    NotStarted,
    /// <summary>It was as asked and healthy.</summary>
    Unchanged,
    /// <summary>It was deployed and passed its gate.</summary>
    Succeeded,
    /// <summary>It failed; what it left is as the failure left it.</summary>
    Failed,
    /// <summary>It failed, and what ran before runs again.</summary>
    RolledBack,
}

/// <summary>How the deployment of a phase ended, and everything that was seen.</summary>
/// <param name="Phase">The phase's number.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Services">What happened to each of its services.</param>
/// <param name="Failure">Why it failed; null when it did not.</param>
public sealed record PhaseOutcome(int Phase, PhaseResult Result, IReadOnlyList<ServiceOutcome> Services, DeploymentFailure? Failure);

/// <summary>What happened to a service.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Change">What was done to it.</param>
/// <param name="Health">Its health at the end; null when it was not looked at.</param>
/// <param name="ImageId">The id of the image its container runs, or null.</param>
public sealed record ServiceOutcome(string Service, ServiceChange Change, ServiceHealth? Health, string? ImageId)
{
    /// <summary>How long it did not answer, from the stop of what ran to the first answer of what runs now, as far as its address or its probes
    /// showed it; zero when its old container answered until the new one was healthy; null when it was not stopped, or does not answer.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>The same for people, such as <c>did not answer for 2.5 s</c>; null when it is not known.</summary>
    public string? DowntimeText => Downtime is not { } time ? null
        : time == TimeSpan.Zero ? "answered all along"
        : FormattableString.Invariant($"did not answer for {time.TotalSeconds:0.0} s");
}

/// <summary>Why a phase failed: facts for the diagnosis, collected before anything was undone.</summary>
public abstract record DeploymentFailure
{
    /// <summary>What became of going back: empty when nothing had to be undone; else one sentence a service.</summary>
    public IReadOnlyList<string> Undo { get; init; } = [];
}

/// <summary>An image could not be built.</summary>
/// <param name="Service">The service.</param>
/// <param name="Source">What was built, for people: <c>owner/name@commit:path</c>.</param>
/// <param name="Dockerfile">The Dockerfile's path.</param>
/// <param name="Step">The step that failed, such as <c>Step 4/7 : RUN pip install …</c>; null when none had begun.</param>
/// <param name="Error">The builder's error.</param>
/// <param name="Log">The last lines of its output.</param>
public sealed record BuildFailed(string Service, string Source, string Dockerfile, string? Step, string Error, IReadOnlyList<string> Log) : DeploymentFailure;

/// <summary>An image could not be pulled.</summary>
/// <param name="Service">The service.</param>
/// <param name="Image">The image's reference.</param>
/// <param name="Error">The engine's error.</param>
public sealed record PullFailed(string Service, string Image, string Error) : DeploymentFailure;

/// <summary>The engine refused an operation.</summary>
/// <param name="Service">The service.</param>
/// <param name="Operation">The operation, such as <c>StartContainer bizosaas-brain-staging</c>.</param>
/// <param name="Error">The engine's error.</param>
public sealed record OperationRefused(string Service, string Operation, string Error) : DeploymentFailure
{
    /// <summary>What stood on the target around it: who holds a port, which networks there are.</summary>
    public IReadOnlyList<string> Surroundings { get; init; } = [];

    /// <summary>True when the container that it was to be done to is not there any more: somebody else removed it.</summary>
    public bool IsGone { get; init; }

    /// <summary>The service that it waited for in vain, and what was seen of that; null when it waited for none.</summary>
    public ServiceHealth? Dependency { get; init; }
}

/// <summary>The phase did not pass its gate.</summary>
/// <param name="Verdict">What the gate saw.</param>
/// <param name="Evidence">What the containers could tell.</param>
public sealed record GateFailed(GateVerdict Verdict, IReadOnlyList<ContainerEvidence> Evidence) : DeploymentFailure;

/// <summary>A phase before this one is not healthy.</summary>
/// <param name="EarlierPhase">Its number.</param>
/// <param name="Services">What was seen of its services.</param>
public sealed record EarlierPhaseUnhealthy(int EarlierPhase, IReadOnlyList<ServiceHealth> Services) : DeploymentFailure;

/// <summary>What ran before the last change of a phase is not kept of every service that changed: somebody removed it, or it was not kept at all.</summary>
/// <param name="Version">The number of the change.</param>
/// <param name="Missing">The services that changed and of which nothing is kept.</param>
/// <param name="Kept">Those of which something is.</param>
/// <param name="OtherPhase">The highest other phase of which a version is kept; null when none is.</param>
public sealed record VersionNotKept(int Version, IReadOnlyList<string> Missing, IReadOnlyList<string> Kept, int? OtherPhase) : DeploymentFailure;

/// <summary>Somebody stopped the run while the phase was being deployed.</summary>
public sealed record DeploymentCancelled : DeploymentFailure;

/// <summary>The target stopped answering while the phase was being deployed.</summary>
/// <param name="Class">The kind of failure: <see cref="FailureClass.EngineUnreachable"/>, mostly.</param>
/// <param name="Message">What was asked, and what happened.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record TargetLost(FailureClass Class, string Message, string Remedy) : DeploymentFailure;
