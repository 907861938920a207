using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>VC702: a relative host path starts at the folder of the compose file, which the target need not have.</summary>
/// <param name="exists">Whether a path of this machine exists.</param>
internal sealed class MountRules(Func<string, bool> exists) : IRolloutRule
{
    private static readonly HashSet<string> NamedFiles = ["Caddyfile", "Corefile", "Procfile", "crontab", "htpasswd", ".htpasswd", "php.ini", "my.cnf"];
    private static readonly HashSet<string> FileExtensions = [".conf", ".yml", ".yaml", ".json", ".toml", ".ini", ".sh", ".sql", ".cnf", ".xml", ".properties", ".pem", ".crt", ".key"];

    /// <summary>Looks at this machine's own files.</summary>
    public MountRules()
        : this(Path.Exists)
    {
    }

    public IEnumerable<Finding> Check(Rollout rollout) =>
        rollout.Services.SelectMany(service => Relative(rollout, service).Select(mount => Judge(rollout, service, mount.Text, mount.Target, mount.Location)));

    private Finding Judge(Rollout rollout, Service service, string text, string target, SourceLocation location)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(rollout.Source.Paths[0])) ?? "/";
        // The engine makes a folder where nothing is; mounted on a file that ends the start.
        var isMissingFile = NamesFile(text, target) && !exists(Path.GetFullPath(Path.Combine(folder, text)));
        return Findings.About(
            service, "volumes", "VC702", FailureClass.Unhealthy, isMissingFile ? Certainty.Likely : Certainty.Hint,
            isMissingFile
                ? $"'{service.Name}' mounts the file '{text}', which is not beside the compose file: the engine makes an empty folder of that name"
                : $"'{service.Name}' mounts '{text}', a path that starts at the compose file's folder: an engine on another host does not have it",
            isMissingFile ? $"put '{text}' beside the compose file and on the target, or COPY it into the image" : "a named volume for data, COPY in the Dockerfile for files, or an absolute path of the target")
            .At(location);
    }

    // A name with an extension, one that is known to be a file's, or one that is mounted on a path with an extension.
    private static bool NamesFile(string source, string target)
    {
        var name = Path.GetFileName(source.TrimEnd('/'));
        return name.Length > 0 && !source.EndsWith('/') && (NamedFiles.Contains(name)
            || (Path.HasExtension(name) && !name.StartsWith('.') && !name.EndsWith(".d", StringComparison.Ordinal))
            || (name.StartsWith(".env", StringComparison.Ordinal))
            || (FileExtensions.Contains(Path.GetExtension(target)) && !target.EndsWith('/')));
    }

    private static IEnumerable<(string Text, string Target, SourceLocation Location)> Relative(Rollout rollout, Service service)
    {
        foreach (var item in (ComposeText.Of(rollout, service.Name)?["volumes"] as ComposeSequence)?.Items ?? [])
        {
            var (source, target) = item switch
            {
                ComposeScalar { Value: { } text } => text.Split(':') is [var path, var place, ..] ? (path, place) : ("", ""),
                ComposeMapping mapping when (mapping["type"] as ComposeScalar)?.Value == "bind" => ((mapping["source"] as ComposeScalar)?.Value ?? "", (mapping["target"] as ComposeScalar)?.Value ?? ""),
                _ => ("", ""),
            };
            if (source.StartsWith('.') && !ComposeText.HasVariable(source))
                yield return (source, target, item.Location);
        }
    }
}
