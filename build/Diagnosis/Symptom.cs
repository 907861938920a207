using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis;

/// <summary>What a line of text from outside gives away.</summary>
/// <param name="Failure">The kind of failure.</param>
/// <param name="What">What it says, as the part of a sentence after the service's name.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="Line">The line.</param>
/// <param name="NextCommand">A command that shows or mends it; null when running the target again is the next thing.</param>
internal sealed record Symptom(FailureClass Failure, string What, string Remedy, string Line, string? NextCommand = null)
{
    /// <summary>What it is within its class.</summary>
    public string? SubCause { get; init; }

    /// <summary>How sure the text makes it.</summary>
    public Certainty Certainty { get; init; } = Certainty.Likely;

    /// <summary>The id of the rule that read it, or null.</summary>
    public string? Rule { get; init; }

    /// <summary>The host that the line names, or null.</summary>
    public string? Host { get; init; }
}
