using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>What stands in the compose file as written: with its variables, and with the line of each entry.</summary>
internal static class ComposeText
{
    /// <summary>The node of a service.</summary>
    public static ComposeMapping? Of(Rollout rollout, string service) =>
        (rollout.Source.Root["services"] as ComposeMapping)?[service] as ComposeMapping;

    /// <summary>The entries of a mapping, or of a list of <c>NAME=value</c>; a null text is a name without a value.</summary>
    public static IEnumerable<(string Name, string? Text, SourceLocation Location)> Pairs(ComposeNode? node) => node switch
    {
        ComposeMapping mapping => mapping.Entries.Select(entry => (entry.Key, (entry.Value as ComposeScalar)?.Value, entry.KeyLocation)),
        ComposeSequence list => list.Items.OfType<ComposeScalar>().Where(item => item.Value is not null).Select(item => item.Value!.Split('=', 2) switch
        {
            [var name, var text] => (name, (string?)text, item.Location),
            var name => (name[0], null, item.Location),
        }),
        _ => [],
    };

    /// <summary>The line of a variable of <c>environment</c>; null when it comes from an env file.</summary>
    public static SourceLocation? OfVariable(Rollout rollout, string service, string name) =>
        Pairs(Of(rollout, service)?["environment"]).Where(pair => pair.Name == name).Select(pair => pair.Location).LastOrDefault();

    /// <summary><paramref name="finding"/> at another place of the compose file.</summary>
    public static Finding At(this Finding finding, SourceLocation? location) =>
        location is null ? finding : finding with { File = location.File, Line = location.Line };

    /// <summary>True when a part of <paramref name="text"/> is a variable.</summary>
    public static bool HasVariable(string text) => text.Contains('$', StringComparison.Ordinal);
}
