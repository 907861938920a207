using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>One or several rules about a service: its keys in the compose file, its Dockerfile, the tree of its context. A rule throws nothing
/// for what it reads; where it cannot decide it says <see cref="Certainty.Likely"/>, <see cref="Certainty.Hint"/> or nothing.</summary>
public interface IServiceRule
{
    /// <summary>The files that the rule wants to read beside the Dockerfile and its ignore file, as paths from the repository's root. It is asked
    /// when those two are known; what every rule wants of every service is read at once, and a file that is not there is left out.</summary>
    IEnumerable<string> Files(ServiceSubject subject) => [];

    /// <summary>The symbolic links whose targets the rule wants to know, as paths from the repository's root; asked with <see cref="Files"/>.</summary>
    IEnumerable<string> Links(ServiceSubject subject) => [];

    /// <summary>What the rule finds. File and line of a finding are those of the compose file; a line of the Dockerfile is evidence
    /// (<see cref="Findings.About(ServiceSubject, string, string, Certainty, string, string)"/> makes it so).</summary>
    /// <exception cref="WorldRefusedException">Something outside did not answer: the other rules still apply.</exception>
    Task<IReadOnlyList<Finding>> CheckAsync(ServiceSubject subject, CancellationToken cancellationToken);
}

/// <summary>A rule that needs nothing but what has been read already.</summary>
public abstract class ServiceRule : IServiceRule
{
    /// <inheritdoc/>
    public virtual IEnumerable<string> Files(ServiceSubject subject) => [];

    /// <inheritdoc/>
    public virtual IEnumerable<string> Links(ServiceSubject subject) => [];

    /// <summary>What the rule finds.</summary>
    public abstract IEnumerable<Finding> Check(ServiceSubject subject);

    Task<IReadOnlyList<Finding>> IServiceRule.CheckAsync(ServiceSubject subject, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>>([.. Check(subject)]);
}

/// <summary>A rule about the compose file alone.</summary>
public interface IRolloutRule
{
    /// <summary>What the rule finds; a finding without a service concerns the whole file.</summary>
    IEnumerable<Finding> Check(Rollout rollout);
}
