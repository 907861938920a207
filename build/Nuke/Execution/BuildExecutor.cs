using Nuke.Common.Output;
using Serilog;

namespace Nuke.Common.Execution;

/// <summary>Runs a plan, one target after another.</summary>
internal sealed class BuildExecutor(
    NukeBuild build,
    IReadOnlyList<ExecutableTarget> plan,
    IReadOnlyCollection<ExecutableTarget> requested,
    RunOutput output,
    StopSignals signals,
    TimeProvider time)
{
    private readonly HashSet<ExecutableTarget> announced = [];

    private bool MayGoOn => signals.ExitCode is null
        && plan.All(target => target.Status != ExecutionStatus.Failed || target.ProceedAfterFailure);

    public void Run()
    {
        foreach (var target in plan)
        {
            if (!MayGoOn)
                break;
            RunIfScheduled(target);
        }

        if (MayGoOn)
            return;

        foreach (var target in plan.Where(target => target.Status == ExecutionStatus.Scheduled && !target.AssuredAfterFailure))
            target.Status = ExecutionStatus.NotRun;
        foreach (var target in plan)
            RunIfScheduled(target);
    }

    private void RunIfScheduled(ExecutableTarget target)
    {
        if (target.Status == ExecutionStatus.Skipped)
        {
            Skipped(target);
            return;
        }

        if (target.Status != ExecutionStatus.Scheduled)
            return;

        var wasStopped = signals.ExitCode is not null;
        try
        {
            if (Skipping.ApplyDynamicConditions(plan, target, requested))
            {
                Skipped(target);
                return;
            }

            if (target.Actions.Count == 0)
            {
                target.Status = ExecutionStatus.Collective;
                return;
            }
        }
        catch (Exception exception)
        {
            Failed(target, exception, wasStopped);
            return;
        }

        RunBodies(target, wasStopped);
    }

    private void RunBodies(ExecutableTarget target, bool wasStopped)
    {
        target.Status = ExecutionStatus.Running;
        output.Begin(target);
        var began = time.GetTimestamp();
        try
        {
            build.OnTargetRunning(target.Name);
            foreach (var action in target.Actions)
                action();

            target.Duration = time.GetElapsedTime(began);
            if (IsAborted(wasStopped))
            {
                target.Status = ExecutionStatus.Aborted;
            }
            else
            {
                target.Status = ExecutionStatus.Succeeded;
                build.OnTargetSucceeded(target.Name);
            }
        }
        catch (Exception exception)
        {
            target.Duration = time.GetElapsedTime(began);
            Failed(target, exception, wasStopped);
        }
        finally
        {
            output.End();
        }
    }

    /// <summary>A signal that came before this target began does not count against it: it runs because it is assured.</summary>
    private bool IsAborted(bool wasStopped) => !wasStopped && signals.ExitCode is not null;

    private void Failed(ExecutableTarget target, Exception exception, bool wasStopped)
    {
        exception = FailureText.Unwrap(exception);
        var isCancellation = exception is OperationCanceledException && signals.ExitCodeOfCancellation is not null;
        if (isCancellation)
            Log.Warning("Stopped before its end");
        else if (FailureText.IsExpected(exception))
            Log.Error("{Message:l}", FailureText.Brief(exception));
        else
            Log.Error("{Failure:l}", FailureText.Full(exception));
        target.Status = IsAborted(wasStopped) ? ExecutionStatus.Aborted : ExecutionStatus.Failed;
        if (target.SummaryInformation.Count == 0 && !isCancellation)
            target.SummaryInformation[exception.GetType().Name] = FailureText.FirstLine(exception);

        if (target.Status != ExecutionStatus.Failed)
            return;
        try
        {
            build.OnTargetFailed(target.Name);
        }
        catch (Exception hook)
        {
            Log.Error("OnTargetFailed: {Failure:l}", FailureText.Full(hook));
        }
    }

    private void Skipped(ExecutableTarget target)
    {
        if (!announced.Add(target))
            return;
        output.Line(output.Style.Faint($"{target.Name}: skipped, {target.Skipped}"));
        try
        {
            build.OnTargetSkipped(target.Name);
        }
        catch (Exception hook)
        {
            Log.Error("OnTargetSkipped: {Failure:l}", FailureText.Full(hook));
        }
    }
}
