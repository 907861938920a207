using PhasedRollout.Compose;
using PhasedRollout.Rollouts;
using static PhasedRollout.Phases.ComposeEdits;

namespace PhasedRollout.Phases;

/// <summary>The Compose document of a phase. It is cumulative: it holds the services of its phase and of all before it, since a file with
/// only its own would make <c>docker compose up --remove-orphans</c> remove the others.</summary>
internal static class PhaseDocument
{
    /// <summary>The key under which a service of a phase file says what was verified.</summary>
    public const string PinKey = "x-phased-rollout";

    /// <summary>The document up to phase <paramref name="number"/>; <paramref name="phases"/> are all of them.</summary>
    public static ComposeMapping Of(Rollout rollout, IReadOnlyList<Phase> phases, int number, RelativePaths paths)
    {
        var included = phases.Take(number)
            .SelectMany(phase => phase.Services.Select(service => (phase.Number, Pinned: service)))
            .ToDictionary(service => service.Pinned.Service.Name, StringComparer.Ordinal);

        var root = rollout.Source.Root;
        var services = (root["services"] as ComposeMapping ?? Mapping())
            .Where(entry => included.ContainsKey(entry.Key))
            .Select(entry => Pin((ComposeMapping)entry.Value, included[entry.Key].Number, included[entry.Key].Pinned));

        var document = Mapping(("name", Literal(rollout.Project)));
        foreach (var entry in root.Entries.Where(entry => entry.Key != "name"))
        {
            var value = entry.Key switch
            {
                "services" => services,
                "x-rollout" => CutRollout((ComposeMapping)entry.Value, rollout.Phases.Take(number), included.Keys),
                "networks" or "volumes" or "configs" or "secrets" =>
                    UsedResources.Cut(entry.Key, entry.Value, services, [.. included.Values.Select(service => service.Pinned.Service)]),
                _ => entry.Value,
            };
            if (value is not null)
                document = document with { Entries = [.. document.Entries, entry with { Value = value }] };
        }

        return paths.Rewrite(document);
    }

    private static ComposeMapping Pin(ComposeMapping service, int phase, PhaseService pinned)
    {
        if (pinned.Source is PinnedImage { Digest: { } digest })
        {
            // As written, with its variables; behind a digest Docker reads the tag as a comment.
            return service
                .With("image", Literal("") with { Text = $"{service["image"].Text()}@{digest}" })
                .With(PinKey, Mapping(("phase", Number(phase)), ("digest", Literal(digest))));
        }

        if (pinned.Source is not PinnedBuild build)
            return service.With(PinKey, Mapping(("phase", Number(phase))));

        var node = service["build"]!;
        var context = (node is ComposeMapping mapping ? mapping["context"] : node).Text() ?? "";
        var url = PinnedUrl(context, build);
        // A folder stays the folder that it is.
        var pinnedNode = build.Context is FolderContext ? node : node is ComposeMapping definition ? definition.With("context", url) : url;
        return service
            .With("build", pinnedNode)
            .With(PinKey, Mapping(
                ("phase", Number(phase)),
                ("ref", Literal(build.RefName)),
                ("commit", Literal(build.Commit)),
                ("tree", Literal(build.TreeId)),
                ("dockerfile", Literal(build.DockerfilePath))));
    }

    // The address as written keeps its variables; only what follows it is replaced. (With a user in it, it is no verified context.)
    private static ComposeScalar PinnedUrl(string written, PinnedBuild build)
    {
        var end = VariableText.IndexOutsideVariables(written, '#', '?');
        if (end < 0 && written.Contains('$', StringComparison.Ordinal))
            return Literal(build.Context.PinnedTo(build.Commit));

        var fragment = Literal($"#{build.Commit}" + (build.Context.Path.Length == 0 ? "" : $":{build.Context.Path}"));
        return fragment with { Text = (end < 0 ? written : written[..end]) + fragment.Text };
    }

    // Written from the model: phases of which no service is active are not there, and services of other profiles neither.
    private static ComposeMapping CutRollout(
        ComposeMapping rollout, IEnumerable<PhaseDefinition> phases, IReadOnlyCollection<string> services)
    {
        rollout = rollout.With("phases", List(phases.Select(phase => Mapping(
            ("title", Literal(phase.Title)),
            ("services", List(phase.Services.Select(Literal)))))));
        if (rollout["accept"] is not ComposeSequence accept)
            return rollout;

        var kept = accept.Items.Where(item => (item as ComposeMapping)?["service"].Text() is not { } service || services.Contains(service));
        return rollout.With("accept", accept with { Items = [.. kept] });
    }
}
