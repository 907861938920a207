namespace PhasedRollout.Compose;

/// <summary>Merges files as Compose does: mappings key by key, lists one after the other, single values by the last file.</summary>
internal static class ComposeMerge
{
    // Compose Specification, "Merge": these replace what was before instead of adding to it.
    private static readonly HashSet<string> Replaced = ["command", "entrypoint", "test"];

    // A list of NAME=value (or of names) and a mapping are two forms of the same; merged, they are a mapping.
    private static readonly HashSet<string> Pairs =
        ["environment", "labels", "args", "annotations", "sysctls", "extra_hosts", "additional_contexts", "driver_opts", "options"];

    private static readonly HashSet<string> Names = ["networks", "depends_on"];

    /// <summary>The merged document, without any <c>!reset</c> and <c>!override</c>.</summary>
    public static ComposeMapping Merge(IReadOnlyList<ComposeMapping> roots) =>
        (ComposeMapping)Plain(roots.Aggregate((earlier, later) => Mappings(earlier, later, "")))!;

    /// <summary>A service over the one that it extends.</summary>
    public static ComposeMapping Service(ComposeMapping extended, ComposeMapping service) => Mappings(extended, service, "");

    private static ComposeNode Nodes(ComposeNode earlier, ComposeNode later, string key) => (earlier, later) switch
    {
        (_, ResetNode or OverrideNode) => later,
        (ResetNode, _) => later,
        (OverrideNode wrapped, _) => Nodes(wrapped.Value, later, key),
        _ when Replaced.Contains(key) => later,
        (_, ComposeScalar { Text: null }) when earlier is not ComposeScalar => earlier,
        (ComposeMapping first, ComposeMapping second) when key == "logging" && !SameDriver(first, second) => later,
        (ComposeMapping first, ComposeMapping second) => Mappings(first, second, key),
        (ComposeMapping or ComposeSequence, ComposeMapping or ComposeSequence) when Pairs.Contains(key) =>
            Mappings(FromPairs(earlier, key), FromPairs(later, key), key),
        (ComposeMapping or ComposeSequence, ComposeMapping or ComposeSequence) when Names.Contains(key) =>
            Mappings(FromNames(earlier, key), FromNames(later, key), key),
        (ComposeSequence first, ComposeSequence second) => Sequences(first, second, key),
        (ComposeScalar { Text: not null } context, ComposeMapping second) when key == "build" => Mappings(FromContext(context), second, key),
        (ComposeMapping first, ComposeScalar { Text: not null } context) when key == "build" => Mappings(first, FromContext(context), key),
        _ => later,
    };

    private static ComposeMapping Mappings(ComposeMapping earlier, ComposeMapping later, string key)
    {
        // The keys directly below these are names that users chose, not keys of the schema.
        var below = key is "services" or "networks" or "volumes" or "configs" or "secrets" or "models" || Pairs.Contains(key);
        var entries = earlier.Entries
            .Select(entry => later.Entries.FirstOrDefault(other => other.Key == entry.Key) is { } other
                ? new ComposeEntry(entry.Key, other.KeyLocation, Nodes(entry.Value, other.Value, below ? "" : entry.Key))
                : entry)
            .Concat(later.Entries.Where(entry => earlier.Entries.All(other => other.Key != entry.Key)));
        return new ComposeMapping(earlier.Location, [.. entries]);
    }

    private static ComposeSequence Sequences(ComposeSequence earlier, ComposeSequence later, string key)
    {
        // An entry of a later file takes the place of the one for the same target; the same port twice is once.
        var items = earlier.Items
            .Select(item => later.Items.LastOrDefault(other => Identity(item, key) == Identity(other, key)) ?? item)
            .Concat(later.Items.Where(item => earlier.Items.All(other => Identity(item, key) != Identity(other, key))));
        return new ComposeSequence(earlier.Location, [.. items]);
    }

    private static string Identity(ComposeNode item, string key) => (key, item) switch
    {
        ("volumes", ComposeMapping mapping) => Target((mapping["target"] as ComposeScalar)?.Text ?? ""),
        ("volumes", ComposeScalar { Text: { } text }) => Target(text.Split(':') is [_, var target, ..] ? target : text),
        ("configs" or "secrets", ComposeMapping mapping) => (mapping["target"] as ComposeScalar ?? mapping["source"] as ComposeScalar)?.Text ?? "",
        ("devices", ComposeScalar { Text: { } text }) => text.Split(':') is [_, var target, ..] ? target : text,
        (_, ComposeScalar scalar) => scalar.Value ?? "",
        _ => ComposeWriter.Write(new ComposeMapping(item.Location, [new ComposeEntry("item", item.Location, Plain(item) ?? item)])),
    };

    private static string Target(string path) => path.TrimEnd('/');

    private static ComposeMapping FromPairs(ComposeNode node, string key)
    {
        if (node is ComposeMapping mapping)
            return mapping;

        var separators = key == "extra_hosts" ? new[] { '=', ':' } : ['='];
        return new ComposeMapping(node.Location, [.. ((ComposeSequence)node).Items.OfType<ComposeScalar>().Select(item =>
        {
            var text = item.Text ?? "";
            var at = text.IndexOfAny(separators);
            return at < 0
                ? new ComposeEntry(text, item.Location, new ComposeScalar(item.Location, null, false))
                : new ComposeEntry(text[..at], item.Location, new ComposeScalar(item.Location, text[(at + 1)..], true));
        }).DistinctBy(entry => entry.Key)]);
    }

    private static ComposeMapping FromNames(ComposeNode node, string key) => node as ComposeMapping
        ?? new ComposeMapping(node.Location, [.. ((ComposeSequence)node).Items.OfType<ComposeScalar>().Select(item => new ComposeEntry(
            item.Text ?? "",
            item.Location,
            key == "networks"
                ? new ComposeScalar(item.Location, null, false)
                : new ComposeMapping(item.Location, [new ComposeEntry("condition", item.Location, new ComposeScalar(item.Location, "service_started", true))])))
            .DistinctBy(entry => entry.Key)]);

    private static ComposeMapping FromContext(ComposeScalar context) =>
        new(context.Location, [new ComposeEntry("context", context.Location, context)]);

    private static bool SameDriver(ComposeMapping first, ComposeMapping second) =>
        second["driver"] is not ComposeScalar { Text: { } later } || (first["driver"] as ComposeScalar)?.Text is not { } earlier || earlier == later;

    private static ComposeNode? Plain(ComposeNode node) => node switch
    {
        ResetNode => null,
        OverrideNode wrapped => Plain(wrapped.Value),
        ComposeMapping mapping => mapping with
        {
            Entries = [.. mapping.Entries.Select(entry => (entry, value: Plain(entry.Value))).Where(pair => pair.value is not null)
                .Select(pair => pair.entry with { Value = pair.value! })],
        },
        ComposeSequence list => list with { Items = [.. list.Items.Select(Plain).OfType<ComposeNode>()] },
        _ => node,
    };
}
