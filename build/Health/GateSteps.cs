using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Health;

/// <summary>Shows what each service at the gate is still waited for.</summary>
internal sealed class GateSteps : IDisposable
{
    private readonly Dictionary<string, IRunStep> steps = [];

    public GateSteps(IReadOnlyList<GatedService> services, GateSettings settings, IRunLog log)
    {
        foreach (var service in services)
            steps[service.Service.Name] = log.Begin(new RunStep(StepKind.Gate, service.Service.Name) { AtMost = settings.HealthyDeadline });
    }

    /// <summary>Ends the steps of services that passed, and says what the others wait for.</summary>
    public void Note(IReadOnlyList<Judgement> judgements)
    {
        foreach (var judgement in judgements)
        {
            if (!steps.TryGetValue(judgement.Health.Service, out var step))
                continue;

            if (judgement.Pending)
                step.Say(Seen(judgement.Health.Reason));
            else if (steps.Remove(judgement.Health.Service))
                step.Dispose();
        }
    }

    // How long it has waited stands before it on the screen already.
    private static string Seen(string reason) =>
        reason.IndexOf(HealthTerms.LastSeenWords, StringComparison.Ordinal) is >= 0 and var start ? reason[(start + HealthTerms.LastSeenWords.Length)..] : reason;

    public void Dispose()
    {
        foreach (var step in steps.Values)
            step.Dispose();
    }
}
