using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>VC702: a relative host path starts at the folder of the compose file, which the target need not have.</summary>
/// <param name="exists">Whether a path of this machine exists.</param>
internal sealed class MountRules(Func<string, bool> exists) : IRolloutRule
{
    /// <summary>Looks at this machine's own files.</summary>
    public MountRules()
        : this(Path.Exists)
    {
    }

    public IEnumerable<Finding> Check(Rollout rollout) =>
        rollout.Services.SelectMany(service => Relative(rollout, service).Select(mount => Judge(rollout, service, mount.Text, mount.Location)));

    private Finding Judge(Rollout rollout, Service service, string text, SourceLocation location)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(rollout.Source.Paths[0])) ?? "/";
        // The engine makes a folder where nothing is; mounted on a file that ends the start.
        var isMissingFile = Path.HasExtension(Path.GetFileName(text)) && !Path.GetFileName(text).StartsWith('.') && !exists(Path.GetFullPath(Path.Combine(folder, text)));
        return Findings.About(
            service, "volumes", "VC702", FailureClass.Unhealthy, isMissingFile ? Certainty.Likely : Certainty.Hint,
            isMissingFile
                ? $"'{service.Name}' mounts the file '{text}', which is not beside the compose file: the engine makes an empty folder of that name"
                : $"'{service.Name}' mounts '{text}', a path that starts at the compose file's folder: an engine on another host does not have it",
            isMissingFile ? $"put '{text}' beside the compose file and on the target, or COPY it into the image" : "a named volume for data, COPY in the Dockerfile for files, or an absolute path of the target")
            .At(location);
    }

    private static IEnumerable<(string Text, SourceLocation Location)> Relative(Rollout rollout, Service service)
    {
        foreach (var item in (ComposeText.Of(rollout, service.Name)?["volumes"] as ComposeSequence)?.Items ?? [])
        {
            var source = item switch
            {
                ComposeScalar { Value: { } text } => text.Split(':') is [var path, _, ..] ? path : "",
                ComposeMapping mapping when (mapping["type"] as ComposeScalar)?.Value == "bind" => (mapping["source"] as ComposeScalar)?.Value ?? "",
                _ => "",
            };
            if (source.StartsWith('.') && !ComposeText.HasVariable(source))
                yield return (source, item.Location);
        }
    }
}
