using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>Reads <c>--accept &lt;rule&gt;[:&lt;service&gt;]=&lt;reason&gt;</c>.</summary>
public static class AcceptedFindings
{
    /// <summary>Parses every value; all problems at once.</summary>
    /// <exception cref="InvalidInputException">A value is not of that form, or has no reason.</exception>
    public static IReadOnlyList<AcceptedFinding> Parse(IReadOnlyList<string> values)
    {
        List<AcceptedFinding> accepted = [];
        List<Problem> problems = [];
        foreach (var value in values)
        {
            if (TryParse(value) is { } finding)
                accepted.Add(finding);
            else
                problems.Add(new Problem("--accept", $"'{value}' is not <rule>[:<service>]=<reason>", "for example VC301:brain-api=\"listens behind the proxy only\""));
        }

        return problems.Count == 0 ? accepted : throw new InvalidInputException(problems);
    }

    private static AcceptedFinding? TryParse(string value)
    {
        if (value.Split('=', 2) is not [var what, var reason] || string.IsNullOrWhiteSpace(reason))
            return null;

        return what.Split(':', 2) switch
        {
            [{ Length: > 0 } rule] => new AcceptedFinding(rule, null, reason.Trim()),
            [{ Length: > 0 } rule, { Length: > 0 } service] => new AcceptedFinding(rule, service, reason.Trim()),
            _ => null,
        };
    }
}
