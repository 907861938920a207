using PhasedRollout.Contexts.Rules;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports.Checks;

/// <summary>What a rule means, for the places that show more than its id.</summary>
/// <param name="Title">What it holds to be right, in one line.</param>
/// <param name="Text">Its page, or how to read more, as text.</param>
/// <param name="Markdown">The same in Markdown.</param>
internal sealed record RuleHelp(string Title, string Text, string Markdown)
{
    /// <summary>The help of the rule that made <paramref name="finding"/>.</summary>
    public static RuleHelp Of(Finding finding)
    {
        if (RulePages.Read(finding.Rule) is [var heading, ..] page)
        {
            var body = string.Join('\n', page.Skip(1)).Trim('\n');
            return new RuleHelp(heading.TrimStart('#', ' '), body, $"{heading}\n\n{body}");
        }

        var title = finding.Failure.Title();
        var sure = finding.Certainty switch
        {
            Certainty.Certain => "The deployment must fail with it, so it stops the run before anything is built.",
            Certainty.Likely => "The deployment fails with it in most environments; it does not stop the run.",
            _ => "It is worth a look; it does not stop the run.",
        };
        var accept = "Accept it with a reason in x-rollout.accept of the compose file, or for one run with --accept.";
        return new RuleHelp(
            $"{finding.Rule}: {title}",
            $"{title}. {sure} {accept}",
            $"**{Reports.Markdown.Text(title)}.** {sure}\n\n{accept}");
    }
}
