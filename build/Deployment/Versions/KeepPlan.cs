namespace PhasedRollout.Deployment.Versions;

/// <summary>Decides what is kept of a phase that changes, and what is kept no longer. It touches nothing.</summary>
/// <remarks>Everything is kept before anything that was set aside is removed. So whoever comes after a crash finds either what was set aside, and
/// keeps it under the number that was begun, or all of it kept.</remarks>
internal static class KeepPlan
{
    /// <summary>The number of a change, under which what was before is kept: the one that was begun, or the next; null when nothing changes.</summary>
    /// <param name="project">The project.</param>
    /// <param name="outgoing">What the phase's services were before.</param>
    /// <param name="observed">What stands on the target.</param>
    public static int? Number(string project, IReadOnlyList<OutgoingContainer> outgoing, ObservedState observed)
    {
        if (outgoing.Count == 0)
            return null;

        var kept = KeptContainer.Of(project, observed);
        var from = outgoing.Select(container => container.From).ToHashSet(StringComparer.Ordinal);
        return kept.LastOrDefault(existing => from.Contains(existing.From))?.Version
            ?? kept.Select(existing => existing.Version).DefaultIfEmpty(0).Max() + 1;
    }

    /// <summary>Keeps what a phase replaces.</summary>
    /// <param name="project">The project.</param>
    /// <param name="phase">The phase.</param>
    /// <param name="outgoing">What the phase's services were before.</param>
    /// <param name="observed">What stands on the target.</param>
    /// <param name="version">The number of the change.</param>
    public static IReadOnlyList<Operation> Keep(
        string project, int phase, IReadOnlyList<OutgoingContainer> outgoing, ObservedState observed, int version)
    {
        var kept = KeptContainer.Of(project, observed).Where(existing => existing.Version == version).Select(existing => existing.Service).ToHashSet();
        return [.. outgoing.Where(container => !kept.Contains(container.Service)).SelectMany(container => Keep(project, phase, container, version))];
    }

    /// <summary>Removes the versions of a phase that are too many.</summary>
    /// <param name="project">The project.</param>
    /// <param name="phase">The phase.</param>
    /// <param name="coming">The number of the version that is kept now; null when none is.</param>
    /// <param name="observed">What stands on the target.</param>
    /// <param name="versions">How many versions a phase keeps.</param>
    public static IReadOnlyList<Operation> Prune(string project, int phase, int? coming, ObservedState observed, int versions)
    {
        var ofPhase = KeptContainer.Of(project, observed).Where(kept => kept.Phase == phase).ToArray();
        var stay = ofPhase.Select(kept => kept.Version).Concat(coming is { } number ? [number] : Array.Empty<int>())
            .Distinct().OrderDescending().Take(versions).ToHashSet();
        return [.. ofPhase.Where(kept => !stay.Contains(kept.Version)).SelectMany(kept => Forget(kept, "newer versions are kept"))];
    }

    /// <summary>Removes what was kept of a container that stands where it stood: a killed run kept it, and the change is not asked for any more.</summary>
    public static IEnumerable<Operation> ForgetStanding(string project, string service, ObservedState observed)
    {
        var standing = DeploymentPlanner.Of(project, service, observed).Select(container => container.Id).ToHashSet(StringComparer.Ordinal);
        return KeptContainer.Of(project, observed).Where(kept => kept.Service == service && standing.Contains(kept.From))
            .SelectMany(kept => Forget(kept, "what it keeps still runs"));
    }

    /// <summary>Removes what keeps a version, its image with the last reference.</summary>
    public static IEnumerable<Operation> Forget(KeptContainer kept, string cause)
    {
        yield return new RemoveContainer(kept.Service, kept.Container.Id, kept.Container.Name, Volumes: kept.IsAbsence, cause);
        if (kept.Tag is { } tag)
            yield return new RemoveImage(kept.Service, tag, cause);
    }

    private static IEnumerable<Operation> Keep(string project, int phase, OutgoingContainer outgoing, int version)
    {
        var name = KeptContainer.NameOf(outgoing.Original, version);
        if (outgoing.ImageId is not { } image)
        {
            yield return new CreatePlaceholder(outgoing.Service, name, outgoing.Image,
                KeptContainer.Labels(project, outgoing.Service, phase, version, outgoing.Original, null, outgoing.From, outgoing.Image, outgoing.Labels),
                "a rollback finds that nothing was there before");
            yield break;
        }

        var tag = KeptContainer.TagOf(project, outgoing.Service, version);
        yield return new TagImage(outgoing.Service, image, tag, "a rollback needs it");
        yield return new KeepContainer(outgoing.Service, outgoing.Container, name, tag,
            KeptContainer.Labels(project, outgoing.Service, phase, version, outgoing.Original, tag, outgoing.From, outgoing.Image, outgoing.Labels),
            "a rollback needs it");
    }
}

/// <summary>What a service was before its phase changed it.</summary>
/// <param name="Service">The service.</param>
/// <param name="Container">The container that was set aside: its id, or its name when it is a placeholder.</param>
/// <param name="From">By what it is known again after a crash: its id, or the placeholder's name.</param>
/// <param name="Original">The name that it had.</param>
/// <param name="Image">The reference of an image.</param>
/// <param name="ImageId">The id of its image; null for a placeholder that says there was none.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record OutgoingContainer(
    string Service, string Container, string From, string Original, string Image, string? ImageId, IReadOnlyDictionary<string, string> Labels);
