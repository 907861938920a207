using System.Linq.Expressions;
using Nuke.Common.Execution;
using Nuke.Common.Tooling;

namespace Nuke.Common;

/// <summary>A build, as its components see it. An interface that extends this one adds targets and parameters to every build that names it.</summary>
public interface INukeBuild
{
    /// <summary>Puts pairs behind the row of the running target in the summary.</summary>
    void ReportSummary(Configure<Dictionary<string, string>>? configurator = null);

    /// <summary>What runs, in run order; null until it is computed.</summary>
    IReadOnlyCollection<ExecutableTarget> ExecutionPlan { get; }

    /// <summary>The targets that the command line names.</summary>
    IReadOnlyCollection<ExecutableTarget> InvokedTargets { get; }

    /// <summary>The targets that were skipped.</summary>
    IReadOnlyCollection<ExecutableTarget> SkippedTargets { get; }

    /// <summary>The targets that wait for their turn.</summary>
    IReadOnlyCollection<ExecutableTarget> ScheduledTargets { get; }

    /// <summary>The target that runs.</summary>
    IReadOnlyCollection<ExecutableTarget> RunningTargets { get; }

    /// <summary>The target that ran when the build was told to stop.</summary>
    IReadOnlyCollection<ExecutableTarget> AbortedTargets { get; }

    /// <summary>The targets that failed.</summary>
    IReadOnlyCollection<ExecutableTarget> FailedTargets { get; }

    /// <summary>The targets that succeeded.</summary>
    IReadOnlyCollection<ExecutableTarget> SucceededTargets { get; }

    /// <summary>The targets that failed or succeeded.</summary>
    IReadOnlyCollection<ExecutableTarget> FinishedTargets { get; }

    /// <summary>Whether nothing has failed so far.</summary>
    bool IsSucceeding { get; }

    /// <summary>Whether a target failed, was aborted or did not get its turn.</summary>
    bool IsFailing { get; }

    /// <summary>Whether nothing waits or runs any more.</summary>
    bool IsFinished { get; }

    /// <summary>The exit code that the build asks for; it decides between failures and never turns one into success.</summary>
    int? ExitCode { get; set; }

    /// <summary>The value given for a parameter of reference type, or null.</summary>
    /// <param name="parameterExpression">The member: <c>() => Token</c>.</param>
    T? TryGetValue<T>(Expression<Func<T>> parameterExpression)
        where T : class;

    /// <summary>The value given for a parameter of any type, or the type's default.</summary>
    /// <param name="parameterExpression">The member: <c>() => Replicas</c>.</param>
    T? TryGetValue<T>(Expression<Func<object>> parameterExpression);
}
