using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Asks a database or cache whether it is there, by its own protocol.</summary>
public interface IRequirementProbe
{
    /// <summary>Tries it once, patiently; a refusal is an answer, not an exception.</summary>
    Task<RequirementAnswer> ProbeAsync(Requirement requirement, CancellationToken cancellationToken);
}

/// <summary>How a database or cache answered.</summary>
/// <param name="Address">Its address without user and password, such as <c>postgresql://vps:5433/bizosaas_staging</c>.</param>
/// <param name="Failure">Null when it answered; else <see cref="FailureClass.DatabaseUnreachable"/> or <see cref="FailureClass.CredentialsRejected"/>.</param>
/// <param name="Message">What it said, such as "PostgreSQL 15.18, database bizosaas_staging" or "connection refused".</param>
/// <param name="Remedy">What to do about a failure; empty when it answered.</param>
public sealed record RequirementAnswer(string Address, FailureClass? Failure, string Message, string Remedy);
