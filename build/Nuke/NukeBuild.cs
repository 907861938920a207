using System.Linq.Expressions;
using Nuke.Common.Execution;
using Nuke.Common.Tooling;

namespace Nuke.Common;

/// <summary>The base of a build: its properties of type <see cref="Target"/> are the graph, <c>Execute</c> is the entry point.</summary>
public abstract partial class NukeBuild : INukeBuild
{
    private static readonly IReadOnlyCollection<ExecutableTarget> Nothing = [];

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> ExecutionPlan { get; internal set; } = null!;

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> InvokedTargets => Where(target => target.Invoked);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> SkippedTargets => Where(target => target.Status == ExecutionStatus.Skipped);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> ScheduledTargets => Where(target => target.Status == ExecutionStatus.Scheduled);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> RunningTargets => Where(target => target.Status == ExecutionStatus.Running);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> AbortedTargets => Where(target => target.Status == ExecutionStatus.Aborted);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> FailedTargets => Where(target => target.Status == ExecutionStatus.Failed);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> SucceededTargets => Where(target => target.Status == ExecutionStatus.Succeeded);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> FinishedTargets =>
        Where(target => target.Status is ExecutionStatus.Failed or ExecutionStatus.Succeeded);

    /// <inheritdoc/>
    public bool IsSucceeding => !IsFailing;

    /// <inheritdoc/>
    public bool IsFailing =>
        Where(target => target.Status is ExecutionStatus.Failed or ExecutionStatus.Aborted or ExecutionStatus.NotRun).Count > 0;

    /// <inheritdoc/>
    public bool IsFinished => ScheduledTargets.Count == 0 && RunningTargets.Count == 0;

    /// <inheritdoc/>
    public int? ExitCode { get; set; }

    /// <summary>Whether only the plan is asked for.</summary>
    public bool Plan => Session.Parameters.Value<bool>(nameof(Plan));

    /// <summary>Whether only the help text is asked for.</summary>
    public bool Help => Session.Parameters.Value<bool>(nameof(Help));

    /// <summary>Whether the first line is left out.</summary>
    public bool NoLogo => Session.Parameters.Value<bool>(nameof(NoLogo));

    /// <inheritdoc/>
    public void ReportSummary(Configure<Dictionary<string, string>>? configurator = null)
    {
        var target = RunningTargets.Single();
        target.SummaryInformation = configurator?.Invoke(new(target.SummaryInformation)) ?? [];
    }

    /// <inheritdoc/>
    T? INukeBuild.TryGetValue<T>(Expression<Func<T>> parameterExpression)
        where T : class => GivenValue(parameterExpression) as T;

    /// <inheritdoc/>
    T? INukeBuild.TryGetValue<T>(Expression<Func<object>> parameterExpression)
        where T : default => GivenValue(parameterExpression) is T value ? value : default;

    /// <summary>After the parameters are set and before anything is planned.</summary>
    protected internal virtual void OnBuildCreated()
    {
    }

    /// <summary>After the plan is made and before its first target runs.</summary>
    protected internal virtual void OnBuildInitialized()
    {
    }

    /// <summary>After the summary.</summary>
    protected internal virtual void OnBuildFinished()
    {
    }

    /// <summary>Before a target's first body.</summary>
    protected internal virtual void OnTargetRunning(string target)
    {
    }

    /// <summary>When a target is skipped.</summary>
    protected internal virtual void OnTargetSkipped(string target)
    {
    }

    /// <summary>After a target's last body.</summary>
    protected internal virtual void OnTargetSucceeded(string target)
    {
    }

    /// <summary>After a target's body threw.</summary>
    protected internal virtual void OnTargetFailed(string target)
    {
    }

    private static object? GivenValue(LambdaExpression expression)
    {
        var body = expression.Body is UnaryExpression { NodeType: ExpressionType.Convert } convert ? convert.Operand : expression.Body;
        var member = ((MemberExpression)body).Member;
        return Session.Parameters.Own.FirstOrDefault(parameter => parameter.MemberName == member.Name) is { Given: not null } parameter
            ? parameter.Value
            : null;
    }

    private IReadOnlyCollection<ExecutableTarget> Where(Func<ExecutableTarget, bool> predicate) =>
        ExecutionPlan is null ? Nothing : [.. ExecutionPlan.Where(predicate)];
}
