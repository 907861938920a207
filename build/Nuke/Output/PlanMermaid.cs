using System.Text;

namespace Nuke.Common.Output;

/// <summary>A plan as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html): <c>--></c> needs, <c>-.-></c> order, <c>==></c> triggers.</summary>
internal static class PlanMermaid
{
    public static string Write(PlanView plan)
    {
        var text = new StringBuilder("flowchart LR\n");
        var planned = plan.Steps.Select(step => step.Target).ToHashSet();
        foreach (var step in plan.Steps)
        {
            var label = step.Number is { } number ? $"{number}. {step.Target.Name}" : $"{step.Target.Name} (skipped)";
            text.Append("  ").Append(step.Target.Name).Append("[\"").Append(label).Append("\"]\n");
        }

        foreach (var target in plan.NotPlanned)
            text.Append("  ").Append(target.Name).Append('\n');
        foreach (var target in plan.All.Where(target => target.Listed || planned.Contains(target)))
        {
            foreach (var other in target.ExecutionDependencies)
                text.Append("  ").Append(other.Name).Append(" --> ").Append(target.Name).Append('\n');
            foreach (var other in target.OrderDependencies)
                text.Append("  ").Append(other.Name).Append(" -.-> ").Append(target.Name).Append('\n');
            foreach (var other in target.TriggerDependencies)
                text.Append("  ").Append(other.Name).Append(" ==> ").Append(target.Name).Append('\n');
        }

        text.Append("  classDef planned stroke-width:3px\n");
        text.Append("  classDef skipped stroke-dasharray:5\n");
        Classify(text, plan.Steps.Where(step => step.Skipped is null), "planned");
        Classify(text, plan.Steps.Where(step => step.Skipped is not null), "skipped");
        return text.ToString();
    }

    private static void Classify(StringBuilder text, IEnumerable<PlanStep> steps, string name)
    {
        var names = steps.Select(step => step.Target.Name).ToList();
        if (names.Count > 0)
            text.Append("  class ").Append(string.Join(',', names)).Append(' ').Append(name).Append('\n');
    }
}
