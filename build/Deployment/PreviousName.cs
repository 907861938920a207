using System.Text.RegularExpressions;

namespace PhasedRollout.Deployment;

/// <summary>What a service was before the phase that is being deployed.</summary>
public enum PreviousKind
{
    /// <summary>It ran.</summary>
    Running,
    /// <summary>It was there and did not run.</summary>
    Stopped,
    /// <summary>It was not there.</summary>
    Absent,
}

/// <summary>The name under which what was before a phase is kept until the phase has passed its gate. As long as a container of such a name
/// exists, the change of its service is not settled: whoever comes next, also after a crash, knows from the names alone what to go back to.</summary>
/// <param name="Original">The name it had.</param>
/// <param name="Run">Eight hexadecimal digits of the run that renamed it.</param>
/// <param name="Kind">What it was.</param>
public sealed partial record PreviousName(string Original, string Run, PreviousKind Kind)
{
    /// <summary>The name, such as <c>web.previous-1f2e3d4c</c>.</summary>
    public override string ToString() => $"{Original}.previous-{Run}" + Kind switch
    {
        PreviousKind.Stopped => "-stopped",
        PreviousKind.Absent => "-absent",
        _ => "",
    };

    /// <summary>Reads a container's name; null when it is an ordinary one.</summary>
    public static PreviousName? Parse(string name) => Form().Match(name) is { Success: true } match
        ? new PreviousName(match.Groups["original"].Value, match.Groups["run"].Value, match.Groups["kind"].Value switch
        {
            "-stopped" => PreviousKind.Stopped,
            "-absent" => PreviousKind.Absent,
            _ => PreviousKind.Running,
        })
        : null;

    [GeneratedRegex(@"\A(?<original>.+)\.previous-(?<run>[0-9a-f]{8})(?<kind>-stopped|-absent)?\z")]
    private static partial Regex Form();
}
