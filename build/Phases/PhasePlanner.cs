using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Phases;

/// <summary>Turns a verified rollout into phases.</summary>
public static class PhasePlanner
{
    /// <summary>The phases in order; within a phase dependencies come first, else the order of the declaration is kept.
    /// A cycle can only get here when its finding (VC701) is accepted; it is cut at the service declared first.</summary>
    public static IReadOnlyList<Phase> Plan(VerifiedRollout verified)
    {
        ArgumentNullException.ThrowIfNull(verified);

        var sources = verified.Services.ToDictionary(service => service.Service.Name, SourceOf, StringComparer.Ordinal);
        return Arrange(verified.Rollout, sources);
    }

    /// <summary>The declared phases of a rollout with these sources, one for every service.</summary>
    internal static IReadOnlyList<Phase> Arrange(Rollout rollout, IReadOnlyDictionary<string, PinnedSource> sources) =>
    [
        .. rollout.Phases.Select(phase => new Phase
        {
            Number = phase.Number,
            Title = phase.Title,
            Services = [.. DependenciesFirst([.. phase.Services.Select(name => rollout[name])])
                .Select(service => new PhaseService(service, sources[service.Name]))],
        }),
    ];

    private static PinnedSource SourceOf(VerifiedService verified) => verified switch
    {
        { Context: { } context } => new PinnedBuild(
            context.Reference, context.RefName, context.Commit, context.TreeId, context.DockerfilePath),
        { Service.Build: { } build } => new UnverifiedBuild(build.Reference),
        { Service.Image: { } image } => new PinnedImage(image, verified.ImageDigest),
        _ => throw new ArgumentException($"service '{verified.Service.Name}' has neither image nor build", nameof(verified)),
    };

    private static IEnumerable<Service> DependenciesFirst(IReadOnlyList<Service> declared)
    {
        var waiting = declared.ToList();
        while (waiting.Count > 0)
        {
            var next = waiting.Find(service => !service.DependsOn.Any(dependency => IsWaiting(dependency.Service))) ?? waiting[0];
            waiting.Remove(next);
            yield return next;
        }

        bool IsWaiting(string name) => waiting.Exists(service => service.Name == name);
    }
}
