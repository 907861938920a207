using System.Text.RegularExpressions;
using PhasedRollout.Compose;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>VC512: nginx looks the hosts of its configuration up when it starts, and ends when one of them has no address.</summary>
/// <param name="read">The text of a file of this machine; null when there is none.</param>
internal sealed partial class ProxyHostRule(Func<string, string?> read) : ServiceRule
{
    private const int Longest = 200_000;

    /// <summary>Reads this machine's own files.</summary>
    public ProxyHostRule()
        : this(ReadText)
    {
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Files(ServiceSubject subject) => IsNginx(subject) ? Copied(subject).Select(it => it.Path) : [];

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        var service = subject.Service;
        // On a network of others there may be hosts of others.
        if (!IsNginx(subject) || service.NetworkMode is not null
            || ComposeText.Of(subject.Rollout, service.Name)?["links"] is not null
            || service.Networks.Any(joined => IsExternal(subject.Rollout, joined.Network)))
            yield break;

        var told = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, key, text, location) in Configurations(subject))
        {
            var plain = Comment().Replace(text, "");
            var own = Upstream().Matches(plain).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var match in Host().Matches(plain).Where(match => !match.Value.Contains("resolve", StringComparison.Ordinal)))
            {
                var host = match.Groups["host"].Value;
                if ((match.Groups["pass"].Success && own.Contains(host)) || IsKnown(subject, host) || !told.Add(host))
                    continue;

                var near = NearestName.Of(host, subject.Rollout.Services.Select(it => it.Name).Where(it => it != service.Name));
                yield return Findings.About(
                    subject, key, "VC512", Certainty.Likely,
                    $"'{name}' of '{service.Name}' passes requests on to '{host}', and there is no service of that name: nginx ends with \"host not found in upstream\"",
                    near is null ? $"a service called '{host}', or the name of the one that is meant" : $"'{near}' in place of '{host}'").At(location);
            }
        }
    }

    private static bool IsKnown(ServiceSubject subject, string host) =>
        host is "unix" or "backup" or "down" || host.All(char.IsAsciiDigit) || NamedServices.IsLoopback(host) || NamedServices.IsElsewhere(host)
        || NamedServices.Find(subject.Rollout, host) is not null || subject.Rollout.Services.Any(other => other.Hostname == host)
        || subject.Service.ExtraHosts.Any(entry => entry.Split(':', '=')[0].Equals(host, StringComparison.OrdinalIgnoreCase));

    private static bool IsExternal(Rollout rollout, string network) => rollout.Networks.Values.Any(it => it.External && (it.Key == network || it.Name == network));

    private static bool IsNginx(ServiceSubject subject)
    {
        var image = subject.Service.Build is null ? subject.Service.Image : subject.Image?.BaseImage;
        return image is not null && !ComposeText.HasVariable(image) && KnownImage.RepositoryOf(image) is "nginx" or "nginxinc/nginx-unprivileged";
    }

    private IEnumerable<(string Name, string Key, string Text, SourceLocation? Location)> Configurations(ServiceSubject subject)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(subject.Rollout.Source.Paths[0])) ?? "/";
        var mounted = new List<string>();
        foreach (var item in (ComposeText.Of(subject.Rollout, subject.Service.Name)?["volumes"] as ComposeSequence)?.Items.OfType<ComposeScalar>() ?? [])
        {
            if (item.Value?.Split(':') is not [{ } source, { } target, ..] || !target.StartsWith("/etc/nginx", StringComparison.Ordinal))
                continue;

            mounted.Add(target.TrimEnd('/'));
            if (source.StartsWith('.') && !ComposeText.HasVariable(source) && IsConfiguration(target, source) && read(Path.GetFullPath(Path.Combine(folder, source))) is { } text)
                yield return (source, "volumes", text, item.Location);
        }

        // What is mounted hides what was copied.
        foreach (var (path, target) in Copied(subject))
            if (!mounted.Any(place => DatabaseStart.AreRelated(place, target)) && subject.Text(path) is { } text)
                yield return (path, "build/dockerfile", text, null);
    }

    // The files that the image has as configuration.
    private static IEnumerable<(string Path, string Target)> Copied(ServiceSubject subject)
    {
        if (subject.Image is not { IsReplaced: false } stage || ContextFiles.Of(subject) is not { } files)
            yield break;

        foreach (var it in stage.Instructions.Where(it => it.Instruction.Keyword == "COPY" && it.Instruction.Flag("from") is null && it.Instruction.Heredocs.Count == 0))
        {
            if (it.Arguments is not [.., { } target] || !target.StartsWith("/etc/nginx", StringComparison.Ordinal))
                continue;

            foreach (var source in CopySource.Of(it).Where(source => !source.IsRemote && !source.HasWildcard))
                if (IsConfiguration(target, source.Path) && files.Find(source.Path) is { Kind: TreeEntryKind.File or TreeEntryKind.Executable })
                    yield return (subject.InContext(source.Path), target.TrimEnd('/'));
        }
    }

    // conf.d and nginx.conf are read by the image's own configuration; a snippet is read where it is included.
    private static bool IsConfiguration(string target, string source) =>
        target.TrimEnd('/') is "/etc/nginx/nginx.conf" or "/etc/nginx/conf.d" or "/etc/nginx"
            ? source.EndsWith(".conf", StringComparison.Ordinal)
            : target.StartsWith("/etc/nginx/conf.d/", StringComparison.Ordinal) && target.EndsWith(".conf", StringComparison.Ordinal);

    private static string? ReadText(string path)
    {
        try
        {
            // Pipes and devices have no length, and may have no end.
            return File.Exists(path) && new FileInfo(path).Length is > 0 and < Longest ? File.ReadAllText(path) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex("#[^\\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bupstream\s+(?<name>[A-Za-z0-9_.-]+)\s*\{", RegexOptions.ExplicitCapture)]
    private static partial Regex Upstream();

    // A host with a variable is looked up later, by a resolver.
    [GeneratedRegex(
        @"\b(?:(?<pass>(?:proxy|fastcgi|uwsgi|scgi|grpc)_pass)\s+(?:[a-z]+://)?|server\s+)(?<host>[A-Za-z0-9][A-Za-z0-9_.-]*)(?::[0-9]+)?(?:[/;]|\s+[a-z_=0-9\s]*;)[^\n;]*",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Host();
}
