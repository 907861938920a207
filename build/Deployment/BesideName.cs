using System.Text.RegularExpressions;

namespace PhasedRollout.Deployment;

/// <summary>The name of a new container while the old one still answers under the service's own. Whoever finds one knows that an interrupted run
/// left it: nothing depends on it, and it may be removed at any time.</summary>
/// <param name="Original">The name that it is to have.</param>
/// <param name="Run">Eight hexadecimal digits of the run that made it.</param>
/// <param name="IsTrial">True while it only has to show that it becomes healthy, and is known to nobody by the service's name.</param>
public sealed partial record BesideName(string Original, string Run, bool IsTrial)
{
    /// <summary>The name, such as <c>web.next-1f2e3d4c</c>.</summary>
    public override string ToString() => $"{Original}.{(IsTrial ? "trial" : "next")}-{Run}";

    /// <summary>Reads a container's name; null when it is another one.</summary>
    public static BesideName? Parse(string name) => Form().Match(name) is { Success: true } match
        ? new BesideName(match.Groups["original"].Value, match.Groups["run"].Value, match.Groups["part"].Value == "trial")
        : null;

    [GeneratedRegex(@"\A(?<original>.+)\.(?<part>trial|next)-(?<run>[0-9a-f]{8})\z")]
    private static partial Regex Form();
}
