namespace PhasedRollout.Runs.Terminal;

/// <summary>How a run shows what it is at.</summary>
public enum ProgressMode
{
    /// <summary>Live where a person watches a terminal that can do it, else plain lines.</summary>
    Auto,
    /// <summary>Live.</summary>
    Tty,
    /// <summary>Lines only.</summary>
    Plain,
    /// <summary>Warnings, errors and how it ended.</summary>
    Quiet,
}

/// <summary>Decides what <see cref="ProgressMode.Auto"/> means.</summary>
public static class ProgressModes
{
    /// <summary>The mode for this process; never <see cref="ProgressMode.Auto"/>.</summary>
    /// <param name="asked">What the user asked for.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="isTerminal">True when the output goes to a terminal.</param>
    public static ProgressMode Resolve(ProgressMode asked, IReadOnlyDictionary<string, string> environment, bool isTerminal)
    {
        if (asked != ProgressMode.Auto)
            return asked;

        var canMove = isTerminal && environment.GetValueOrDefault("TERM") is not ("dumb" or null or "");
        return canMove && environment.GetValueOrDefault("CI") is (null or "" or "false") ? ProgressMode.Tty : ProgressMode.Plain;
    }

    /// <summary>True when colours are wanted (https://no-color.org).</summary>
    public static bool WantsColour(IReadOnlyDictionary<string, string> environment, bool isTerminal) =>
        isTerminal && environment.GetValueOrDefault("NO_COLOR") is (null or "") && environment.GetValueOrDefault("TERM") is not "dumb";
}
