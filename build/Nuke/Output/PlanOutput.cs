using Nuke.Common.IO;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.Output;

/// <summary>Shows a plan in the format asked for.</summary>
internal static class PlanOutput
{
    public static string Write(PlanView plan, PlanFormat format, BuildSession session)
    {
        switch (format)
        {
            case PlanFormat.Json:
                return PlanJson.Write(plan);
            case PlanFormat.Mermaid:
                return PlanMermaid.Write(plan);
            case PlanFormat.Html:
                var file = session.TemporaryDirectory / "plan.html";
                file.WriteAllText(session.Secrets.Apply(PlanHtml.Write(plan)));
                session.Surroundings.Open?.Invoke(file.ToString());
                return file + "\n";
            default:
                return Visible.Text(PlanText.Write(plan, session.Surroundings.Width));
        }
    }
}
