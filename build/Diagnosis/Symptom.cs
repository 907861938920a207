using System.Text.RegularExpressions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis;

/// <summary>What a line of text from outside gives away.</summary>
/// <param name="Failure">The kind of failure.</param>
/// <param name="What">What it says, as the part of a sentence after the service's name.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="Line">The line.</param>
/// <param name="NextCommand">A command that shows or mends it; null when running the target again is the next thing.</param>
internal sealed record Symptom(FailureClass Failure, string What, string Remedy, string Line, string? NextCommand = null);

/// <summary>A text that a program is known to say, and what it means.</summary>
/// <param name="Pattern">The text.</param>
/// <param name="Read">Makes the symptom of a match and the line it stands in; null when it does not mean it there.</param>
internal sealed record KnownText(Regex Pattern, Func<Match, string, Symptom?> Read)
{
    // Text from outside must not be able to make matching slow.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static KnownText Of(string pattern, Func<Match, string, Symptom?> read) =>
        new(new Regex(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Patience), read);

    /// <summary>The symptom in <paramref name="line"/>, or null.</summary>
    public Symptom? In(string line)
    {
        try
        {
            return Pattern.Match(line) is { Success: true } match ? Read(match, line) : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
