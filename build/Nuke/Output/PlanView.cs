using Nuke.Common.Execution;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.Output;

/// <summary>A plan as its readers see it, whatever the format.</summary>
internal sealed class PlanView
{
    public PlanView(
        IReadOnlyList<ExecutableTarget> all,
        IReadOnlyList<ExecutableTarget> plan,
        TargetRequest request,
        ParameterCatalog parameters,
        IReadOnlyList<string> missing)
    {
        All = all;
        Requested = [.. request.Targets.Select(target => target.Name)];
        IsDefaultRequest = request.Targets.All(target => !target.Invoked);
        var number = 0;
        Steps = [.. plan.Select(target => new PlanStep(
            target.Skipped is null ? ++number : null, target, Why(target, plan, request), target.Skipped))];
        NotPlanned = [.. all.Where(target => target.Listed && !plan.Contains(target))];
        Parameters = [.. parameters.All
            .Where(parameter => parameter is { Given: not null } and not { IsBuiltIn: true, Name: "Plan" or "PlanFormat" or "Target" or "Skip" or "NoLogo" or "Root" })
            .Select(Setting)];
        Missing = missing;
    }

    public IReadOnlyList<ExecutableTarget> All { get; }

    /// <summary>What was asked for, or the defaults.</summary>
    public IReadOnlyList<string> Requested { get; }

    /// <summary>Whether nothing was asked for and the defaults stand in.</summary>
    public bool IsDefaultRequest { get; }

    /// <summary>What would run or be skipped, in run order.</summary>
    public IReadOnlyList<PlanStep> Steps { get; }

    /// <summary>The other targets of the build.</summary>
    public IReadOnlyList<ExecutableTarget> NotPlanned { get; }

    /// <summary>The parameters that somebody set.</summary>
    public IReadOnlyList<PlanParameter> Parameters { get; }

    /// <summary>What is still missing before this could run.</summary>
    public IReadOnlyList<string> Missing { get; }

    private static PlanParameter Setting(Parameter parameter) => new(
        parameter.Switch,
        parameter.IsSecret ? SecretMask.Shown : HelpText.Shown(parameter.Value),
        parameter.Given!.Source switch
        {
            ValueSource.CommandLine => "command line",
            ValueSource.Environment => $"environment {parameter.Given.Where.Split(' ')[0]}",
            _ => ParameterFile.RelativePath,
        });

    private static string Why(ExecutableTarget target, IReadOnlyList<ExecutableTarget> plan, TargetRequest request)
    {
        if (target.Invoked)
            return "asked for";
        if (request.Targets.Contains(target))
            return "default";
        var dependents = plan.Where(other => other.ExecutionDependencies.Contains(target)).Select(other => other.Name).ToList();
        if (dependents.Count > 0)
            return $"needed by {string.Join(", ", dependents)}";
        return $"triggered by {string.Join(", ", plan.Where(other => other.Triggers.Contains(target)).Select(other => other.Name))}";
    }
}

/// <summary>A target in a plan.</summary>
/// <param name="Number">Its place among those that run; null for a skipped one.</param>
/// <param name="Target">The target.</param>
/// <param name="Why">Why it is in the plan.</param>
/// <param name="Skipped">Why it is skipped, or null.</param>
internal sealed record PlanStep(int? Number, ExecutableTarget Target, string Why, string? Skipped);

/// <summary>A parameter that somebody set; a secret's value is masked.</summary>
internal sealed record PlanParameter(string Switch, string Value, string Source);
