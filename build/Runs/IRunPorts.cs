using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Previews;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>The outside of a run, connected when it is first needed.</summary>
public interface IRunPorts
{
    /// <summary>The repositories.</summary>
    IRepositorySource Source { get; }

    /// <summary>The registries of images; null when they are not to be asked.</summary>
    IImageRegistry? Registry => null;

    /// <summary>The rules of the verification.</summary>
    RuleSet Rules => RuleSet.Default;

    /// <summary>The place to deploy to.</summary>
    /// <param name="runId">The run's id, which everything that is made there carries.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="WorldRefusedException">It does not answer.</exception>
    Task<EnginePorts> ConnectAsync(string runId, CancellationToken cancellationToken);
}

/// <summary>What a run needs of an engine.</summary>
/// <param name="Preflight">Checks it before anything is touched.</param>
/// <param name="Preview">Says what a deployment would do.</param>
/// <param name="Deployment">Deploys phases to it.</param>
/// <param name="Deployed">Looks at what is deployed there.</param>
/// <param name="Evidence">Secures what failed containers can tell.</param>
/// <param name="WriteAccess">What a station takes before it writes.</param>
public sealed record EnginePorts(
    Preflight Preflight,
    DeploymentPreview Preview,
    PhasedDeployment Deployment,
    DeployedHealth Deployed,
    IEvidenceCollector Evidence,
    WriteAccess WriteAccess);
