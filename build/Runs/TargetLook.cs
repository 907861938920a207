using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>Looks at what is deployed, and says why it is not healthy.</summary>
internal sealed class TargetLook(
    Func<CancellationToken, Task<EnginePorts>> connect, RunInputs inputs, RunRecorder record, TimeProvider clock, IRunLog log)
{
    /// <summary>How long to wait for the probes that decide.</summary>
    public static readonly TimeSpan UntilDecided = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(90);

    /// <summary>Looks at everything that is deployed.</summary>
    public async Task<IReadOnlyList<ServiceHealth>> LookAsync(Rollout rollout, TimeSpan longestWait, CancellationToken cancellationToken)
    {
        var health = await (await connect(cancellationToken)).Deployed.LookAsync(rollout, longestWait, cancellationToken);
        record.Add(health);
        return health;
    }

    /// <summary>Why what should be healthy is not; empty when it is.</summary>
    public async Task<IReadOnlyList<FailureDiagnosis>> DiagnoseAsync(
        Rollout rollout, IReadOnlyList<ServiceHealth> health, CancellationToken cancellationToken)
    {
        var expected = DeployedHealth.Expected(rollout, health);
        if (expected.Passed)
            return [];

        var ports = await connect(cancellationToken);
        var ailing = await ports.Deployed.FindAsync(
            rollout, [.. expected.Services.Where(service => service.State is ServiceState.Failed or ServiceState.Unknown).Select(service => service.Service)], cancellationToken);
        var evidence = await ports.Evidence.CollectAsync(ailing, cancellationToken);
        return Diagnostician.FromPhase(
            new PhaseOutcome(0, PhaseResult.Failed, [], new GateFailed(expected, evidence)), rollout.Services, "HealthCheck");
    }

    /// <summary>Looks once more at the end of a run, which may have failed; a target that cannot be looked at is told, and fails nothing.</summary>
    public async Task<IReadOnlyList<FailureDiagnosis>> LookOnceMoreAsync(bool mustBeHealthy, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(LastLook, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var rollout = inputs.ReadRollout();
            var health = await LookAsync(rollout, mustBeHealthy ? UntilDecided : TimeSpan.Zero, either.Token);
            return mustBeHealthy ? await DiagnoseAsync(rollout, health, either.Token) : [];
        }
        catch (Exception exception) when (exception is RolloutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Where that made a station fail, it is told already.
            if (record.Diagnoses.Count == 0)
                log.Warning($"The report has to do without a look at the target: {exception.Message}");

            return [];
        }
    }
}
