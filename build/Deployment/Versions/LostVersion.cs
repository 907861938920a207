namespace PhasedRollout.Deployment.Versions;

/// <summary>Finds out whether something of the version that a rollback would go back to is no longer kept, by what each container says of its change.</summary>
internal static class LostVersion
{
    /// <summary>What is missing of the last change of the highest phase that has one, or of <paramref name="phase"/>; null when nothing is.</summary>
    public static (int Phase, VersionNotKept Failure)? Find(string project, int? phase, ObservedState observed)
    {
        var kept = KeptContainer.Of(project, observed);
        var changed = observed.Containers
            .Where(container => container is { IsOurs: true, IsKept: false, IsOneOff: false, IsInPlace: true, Change: not null, Phase: not null }
                && container.Project == project && (phase is null || container.Phase == phase))
            .ToArray();
        if (changed.Length == 0)
            return null;

        var highest = changed.Max(container => container.Phase!.Value);
        var version = changed.Where(container => container.Phase == highest).Max(container => container.Change!.Value);
        // A higher one is kept of a change that was begun: the rollback undoes that.
        if (kept.Any(other => (phase is null && other.Phase > highest) || (other.Phase == highest && other.Version > version)))
            return null;

        string[] there = [.. kept.Where(other => other.Phase == highest && other.Version == version).Select(other => other.Service)];
        string[] missing = [.. changed.Where(container => container.Phase == highest && container.Change == version)
            .Select(container => container.Service!).Except(there).Order(StringComparer.Ordinal)];
        return missing.Length == 0 ? null : (highest, new VersionNotKept(
            version, missing, there, kept.Where(other => other.Phase != highest).Select(other => (int?)other.Phase).Max()));
    }
}
