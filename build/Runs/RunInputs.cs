using PhasedRollout.Compose;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>Reads what the stations work from, each once a run.</summary>
/// <param name="settings">What the user asked for.</param>
/// <param name="record">Keeps it for the stations after.</param>
/// <param name="redactor">Learns the secrets of the compose file as soon as it is read.</param>
internal sealed class RunInputs(RunSettings settings, RunRecorder record, Redactor redactor)
{
    /// <summary>The stack as the compose files ask for it; read once, and its secrets are known from then on.</summary>
    /// <exception cref="InvalidInputException">A value cannot be had.</exception>
    public Rollout ReadRollout()
    {
        if (record.Rollout is { } known)
            return known;

        var variables = VariableSet.Read(settings.Environment, EnvFiles());
        var external = new ExternalValues(variables);
        var rollout = RolloutReader.Read(
            ComposeReader.Read(settings.ComposeFiles), variables.Or(external.Find), settings.ComposeProfiles, settings.GitHubEnterpriseHost);
        foreach (var secret in rollout.SecretValues.Concat(external.Secrets))
            redactor.Add(secret);
        if (external.Problems.Count > 0)
            throw new InvalidInputException(external.Problems);

        return record.Rollout = rollout with { Accepted = [.. settings.Accepted, .. rollout.Accepted] };
    }

    private IReadOnlyList<string> EnvFiles()
    {
        if (settings.EnvFile is { } given)
            return [given];

        var beside = Path.Combine(Path.GetDirectoryName(settings.ComposeFiles[0]) ?? "", ".env");
        return File.Exists(beside) ? [beside] : [];
    }

    /// <summary>The phases: planned from what was verified in this run, else read from the phase files.</summary>
    public IReadOnlyList<Phase> ReadPhases() => record.Phases ??= record.Verified is { } verified
        ? PhasePlanner.Plan(verified)
        : PhaseComposeReader.Read(settings.PhasesDirectory, ReadRollout());
}
