using PhasedRollout.Deployment.Versions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Keeps what a rollback needs, and tidies up after a phase that passed its gate. The phase stands, whatever the target refuses here:
/// what cannot be done now is a leftover that the next run removes.</summary>
internal sealed class PhaseSettlement(IDeploymentTarget target, IRunLog log)
{
    /// <summary>Keeps what is replaced; what cannot be kept, also when it is tried once more, is no reason to undo a phase, and no reason to leave it
    /// unsettled.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    public async Task KeepAsync(OperationRunner runner, IReadOnlyList<Operation> keep)
    {
        foreach (var service in keep.GroupBy(operation => operation.Service))
            if (await KeepAsync(runner, service) is not null && await KeepAsync(runner, service) is { } refusal)
                log.Warning($"{service.Key}: {refusal.Operation}: {refusal.Error}; a rollback may not reach this version");
    }

    private static async Task<OperationRefused?> KeepAsync(OperationRunner runner, IEnumerable<Operation> keep)
    {
        try
        {
            await runner.RunAsync(keep, CancellationToken.None);
            return null;
        }
        catch (OperationFailedException failed)
        {
            return failed.Refusal;
        }
    }

    /// <summary>Removes what is kept no longer, and what the phase replaced; in the last phase of a run also what an earlier run could not remove.</summary>
    public async Task SettleAsync(OperationRunner runner, string project, DeploymentPlan plan, bool isLast)
    {
        try
        {
            await KeepAsync(runner, plan.KeepLast);
            // Before anything that was set aside is removed: whoever comes after a crash finds a change to settle, and sweeps.
            if (isLast || !plan.IsEmpty)
                await new OrphanTags(target, log).SweepAsync(project, CancellationToken.None);
            await RemoveReplacedAsync(runner, plan);
        }
        catch (WorldRefusedException lost)
        {
            // Taking the phase back now would be wrong twice: it passed, and what ran before may be gone already.
            log.Warning($"the phase passed its gate and could not be tidied up: {lost.Message}; the next run does it");
        }
    }

    // It is tried once more: an old container that was replaced beside it still answers under the service's name.
    private async Task RemoveReplacedAsync(OperationRunner runner, DeploymentPlan plan)
    {
        for (var last = false; ; last = true)
            try
            {
                await runner.RunByServiceAsync(plan.Settle, CancellationToken.None);
                return;
            }
            catch (OperationFailedException failed) when (!last)
            {
                log.Warning($"{failed.Refusal.Operation}: {failed.Refusal.Error}; it is tried once more");
            }
            catch (WorldRefusedException lost) when (!last && lost.Failure != FailureClass.LockHeld)
            {
                log.Warning($"{lost.Message}; it is tried once more");
            }
            catch (OperationFailedException failed)
            {
                log.Warning($"{failed.Refusal.Operation}: {failed.Refusal.Error}; the next run removes it"
                    + (plan.IsBeside(failed.Refusal.Service) ? $", and until then two containers may answer for {failed.Refusal.Service}" : ""));
                return;
            }
    }
}
