using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>How much weight a rule's text has beside others in the same output.</summary>
internal enum RuleRank
{
    /// <summary>It is a cause.</summary>
    Cause,
    /// <summary>It can also stand in the output of something that went well, or follow from a cause.</summary>
    Symptom,
    /// <summary>It is an error of any kind, for want of anything better.</summary>
    LastResort,
}

/// <summary>Where a rule's text means what the rule says.</summary>
internal enum RuleSubject
{
    /// <summary>Wherever it stands.</summary>
    Anything,
    /// <summary>Where a database or cache is spoken of: in the line, near it, or by an address that the service knows as one.</summary>
    Database,
}

/// <summary>A text that a program is known to say, and what it means. A table of these is all there is to know about a program;
/// a new one is a few lines and an example, which a test holds it to.</summary>
/// <param name="Id">Its name, such as <c>pg-password</c>.</param>
/// <param name="Class">The kind of failure.</param>
/// <param name="SubCause">What it is within its class.</param>
/// <param name="Texts">The texts, as <see cref="TextPattern"/> writes them; any of them will do.</param>
internal sealed record FailureRule(string Id, FailureClass Class, string SubCause, params string[] Texts)
{
    private readonly TextPattern[] patterns = [.. Texts.Select(text => new TextPattern(text))];

    /// <summary>The sentence after the service's name. <c>{gap}</c> is what the text holds, <c>{server}</c> the database that is meant, <c>{before}</c>
    /// and <c>{after}</c> the lines beside it; what stands in <c>[brackets]</c> is left out when a gap in it is not known.</summary>
    public required string Cause { get; init; }

    /// <summary>The command or the edit that mends it, written like <see cref="Cause"/>.</summary>
    public required string Remedy { get; init; }

    /// <summary>A command that shows or mends it, written like <see cref="Cause"/>; null when running the target again is the next thing.</summary>
    public string? NextCommand { get; init; }

    /// <summary>Lines that the program really prints; the test of the rules reads each of them.</summary>
    public required string[] Examples { get; init; }

    /// <summary>How sure the text makes it.</summary>
    public Certainty Certainty { get; init; } = Certainty.Certain;

    /// <summary>Its weight beside other rules.</summary>
    public RuleRank Rank { get; init; } = RuleRank.Cause;

    /// <summary>What must be spoken of.</summary>
    public RuleSubject Subject { get; init; } = RuleSubject.Anything;

    /// <summary>The first of the texts that stands in <paramref name="line"/>; null when none does.</summary>
    public TextMatch? In(string line)
    {
        foreach (var pattern in patterns)
            if (pattern.In(line) is { } match)
                return match;

        return null;
    }
}
