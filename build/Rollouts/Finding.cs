namespace PhasedRollout.Rollouts;

/// <summary>How sure a rule is. Only <see cref="Certain"/> blocks.</summary>
public enum Certainty
{
    /// <summary>It will fail.</summary>
    Certain,
    /// <summary>It fails in most environments.</summary>
    Likely,
    /// <summary>Worth a look.</summary>
    Hint,
}

/// <summary>What a rule found.</summary>
/// <param name="Rule">The rule's id, such as <c>VC105</c>.</param>
/// <param name="Failure">The kind of failure it predicts.</param>
/// <param name="Certainty">How sure it is.</param>
/// <param name="Message">What was found, with the values.</param>
/// <param name="Where">The path of the key in the compose file, such as <c>services/brain-api/build/context</c>.</param>
/// <param name="Suggestion">What would be right, in a form that can be pasted where possible.</param>
public sealed record Finding(
    string Rule,
    FailureClass Failure,
    Certainty Certainty,
    string Message,
    string Where,
    string Suggestion)
{
    /// <summary>The service it concerns, or null when it concerns the whole file.</summary>
    public string? Service { get; init; }

    /// <summary>The file in which the reason stands: the compose file, or a file of the repository.</summary>
    public string? File { get; init; }

    /// <summary>The line in <see cref="File"/>, counted from 1.</summary>
    public int? Line { get; init; }

    /// <summary>Lines that show it, such as an answer of the engine; may be empty.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>The next command to type, when one is known.</summary>
    public string? NextCommand { get; init; }

    /// <summary>Why the user accepts it, or null.</summary>
    public string? Accepted { get; init; }

    /// <summary>True when the run must not go on with it.</summary>
    public bool Blocks => Certainty == Certainty.Certain && Accepted is null;
}

/// <summary>A finding that the user accepts, with a reason (<c>x-rollout.accept</c> or <c>--accept</c>).</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Service">The service, or null for all.</param>
/// <param name="Reason">Why; never empty.</param>
public sealed record AcceptedFinding(string Rule, string? Service, string Reason)
{
    /// <summary>True when this accepts <paramref name="finding"/>.</summary>
    public bool Covers(Finding finding) =>
        string.Equals(Rule, finding.Rule, StringComparison.OrdinalIgnoreCase) && (Service is null || Service == finding.Service);
}
