using System.Globalization;
using System.Text;

namespace Nuke.Common.Output;

/// <summary>A plan as text.</summary>
internal static class PlanText
{
    public static string Write(PlanView plan, int width)
    {
        var text = new StringBuilder(4096);
        var runs = plan.Steps.Count(step => step.Skipped is null);
        text.AppendWrapped(
            $"Plan for {string.Join(", ", plan.Requested)}{(plan.IsDefaultRequest ? " (default)" : "")}: {runs} of {plan.All.Count} targets run, in this order.",
            0, width);
        text.Append('\n');

        var indent = Math.Max(2, runs.ToString(CultureInfo.InvariantCulture).Length) + 2;
        foreach (var step in plan.Steps)
            WriteStep(text, step, indent, width);

        if (plan.Missing.Count > 0)
        {
            text.Append("\nStill missing:\n");
            foreach (var missing in plan.Missing)
                text.Append("  ").AppendWrapped(missing, 2, width);
        }

        if (plan.Parameters.Count > 0)
        {
            text.Append("\nParameters that are set:\n");
            var nameWidth = plan.Parameters.Max(parameter => parameter.Switch.Length);
            foreach (var parameter in plan.Parameters)
                text.Append("  ").Append(parameter.Switch.PadRight(nameWidth)).Append(' ').Append(parameter.Value).Append("  (").Append(parameter.Source).Append(")\n");
        }

        if (plan.NotPlanned.Count > 0)
        {
            text.Append("\nNot in this plan:\n");
            text.Append("  ").AppendWrapped(string.Join(", ", plan.NotPlanned.Select(target => target.Name)), 2, width);
        }

        return text.ToString();
    }

    private static void WriteStep(StringBuilder text, PlanStep step, int indent, int width)
    {
        var number = step.Number is { } place ? place.ToString(CultureInfo.InvariantCulture) : "-";
        text.Append(number.PadLeft(indent - 2)).Append("  ").Append(step.Target.Name);
        if (step.Target.ExecutionDependencies.Count > 0)
            text.Append(" <- ").Append(string.Join(", ", step.Target.ExecutionDependencies.Select(dependency => dependency.Name)));
        text.Append('\n');

        if (step.Skipped is { } reason)
            text.AppendWrapped($"skipped: {reason}", indent, width);
        if (step.Target.Description is { Length: > 0 } description)
            text.AppendWrapped(description, indent, width);
        text.AppendWrapped(string.Join("; ", Remarks(step)), indent, width);
    }

    /// <summary>Why it is there and how it behaves.</summary>
    internal static IEnumerable<string> Remarks(PlanStep step)
    {
        yield return step.Why;
        if (step.Target.AssuredAfterFailure)
            yield return "runs even after a failure";
        if (step.Target.ProceedAfterFailure)
            yield return "its failure does not stop the others";
        if (step.Skipped is null && step.Target.DynamicConditions.Count > 0)
            yield return "only when " + string.Join(" && ", step.Target.DynamicConditions.Select(condition => condition.Text)) + " (seen when its turn comes)";
    }
}
