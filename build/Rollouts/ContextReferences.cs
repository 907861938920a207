using System.Diagnostics.CodeAnalysis;

namespace PhasedRollout.Rollouts;

/// <summary>Reads build contexts by BuildKit's rules for git URLs (moby/buildkit, <c>frontend/dockerfile/dfgitutil/git_ref.go</c> and
/// <c>util/gitutil</c>): an http address is a git context only when its path ends in <c>.git</c>.</summary>
public static class ContextReferences
{
    private const string GitHub = "github.com";
    private const string Form = "https://github.com/owner/name.git#ref:path";

    private static readonly string[] QueryKeys =
        ["ref", "tag", "branch", "subdir", "commit", "checksum", "submodules", "keep-git-dir", "mtime", "fetch-by-commit"];

    /// <summary>What <paramref name="text"/> refers to. A password or token in it never stands in the answer.</summary>
    /// <param name="text">The context, interpolated.</param>
    /// <param name="gitHubHost">The host of a GitHub Enterprise beside github.com, or null.</param>
    /// <param name="folder">The folder that relative paths start at; null for the working directory.</param>
    public static ContextReference Parse(string text, string? gitHubHost = null, string? folder = null)
    {
        if (text.Length == 0 || text.Any(char.IsControl))
            return new MalformedContext(text, "it is empty or holds a control character", Form);
        if (IsScpForm(text, out var separator))
            return Git(text, text[..separator], text[(separator + 1)..], gitHubHost, needsSuffix: false);
        if (text.StartsWith("github.com/", StringComparison.OrdinalIgnoreCase))
        {
            return new MalformedContext(text, "an address without a scheme is deprecated for git contexts and read differently by different builders",
                $"https://{WithSuffix(text)}");
        }

        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return new FolderContext(text, RepositoryName.OfFolder(FullPath(text, folder ?? "")));

        var rest = text[(scheme + 3)..];
        var end = rest.AsSpan().IndexOfAny('/', '#', '?');
        var (authority, tail) = end < 0 ? (rest, "") : (rest[..end], rest[end..].TrimStart('/'));
        return text[..scheme].ToLowerInvariant() switch
        {
            "http" or "https" => Git(text, authority, tail, gitHubHost, needsSuffix: true),
            "git" or "ssh" => Git(text, authority, tail, gitHubHost, needsSuffix: false),
            "docker-image" => new OtherContext(text, "an image"),
            "oci-layout" => new OtherContext(text, "an image on this machine"),
            var other => new MalformedContext(Masked(text), $"no builder knows the scheme '{other}://'", Form),
        };
    }

    // user@host:path, as git writes ssh addresses.
    private static bool IsScpForm(string text, out int separator)
    {
        separator = text.IndexOf(':', StringComparison.Ordinal);
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && separator > at && !text.Contains("://", StringComparison.Ordinal) && !text[..separator].Contains('/', StringComparison.Ordinal);
    }

    private static ContextReference Git(string text, string authority, string tail, string? gitHubHost, bool needsSuffix)
    {
        var at = authority.LastIndexOf('@');
        var user = at < 0 ? null : authority[..at];
        var host = authority[(at + 1)..];
        if (user is not null && (needsSuffix || user.Contains(':', StringComparison.Ordinal)))
        {
            return new MalformedContext(Masked(text), "a user name or token stands in the address, where logs and image histories keep it",
                $"{Masked(text).Replace("[REDACTED]@", "", StringComparison.Ordinal)}, with the token in GITHUB_TOKEN");
        }

        var (path, query, fragment) = Split(tail);
        var isGit = !needsSuffix || path.EndsWith(".git", StringComparison.Ordinal);
        var isGitHub = Is(host, GitHub) || Is(host, "www.github.com") || (gitHubHost is not null && Is(host, gitHubHost));
        if (!isGitHub)
            return isGit ? Elsewhere(text, host, path, query, fragment) : new OtherContext(text, $"a file to download from {host}");
        if (!isGit)
            return NotGit(text, host, path);

        if (path.Trim('/').Split('/') is not [{ Length: > 0 } owner, { Length: > 0 } name])
            return new MalformedContext(text, $"a repository on {host} is 'owner/name'", Form);

        return Located(text, new RepositoryName(owner, WithoutSuffix(name)), query, fragment);
    }

    private static ContextReference Elsewhere(string text, string host, string path, string query, string fragment)
    {
        var segments = path.Trim('/').Split('/');
        if (host.Length == 0 || host[0] == '-' || segments[^1].Length == 0)
            return new MalformedContext(text, "it names no host, or no repository on it", "https://host/group/name.git#ref:path");

        var owner = string.Join('/', segments[..^1].Prepend(host));
        return Located(text, new RepositoryName(owner, WithoutSuffix(segments[^1])) { Address = text.Split('#', '?')[0] }, query, fragment);
    }

    // As Compose resolves it; a home directory is the shell's business.
    private static string FullPath(string text, string folder)
    {
        var path = OperatingSystem.IsWindows() ? text.Replace('\\', '/') : text;
        var full = Path.GetFullPath(path.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
            : Path.Combine(Path.GetFullPath(folder.Length == 0 ? "." : folder), path));
        return Path.TrimEndingDirectorySeparator(full);
    }

    private static ContextReference Located(string text, RepositoryName repository, string query, string fragment)
    {
        var separator = fragment.IndexOf(':', StringComparison.Ordinal);
        var reference = Uri.UnescapeDataString(separator < 0 ? fragment : fragment[..separator]);
        var folder = Uri.UnescapeDataString(separator < 0 ? "" : fragment[(separator + 1)..]);
        var keys = query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => (Key: pair[0], Value: pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : ""))
            .ToList();
        if (keys.FirstOrDefault(pair => !QueryKeys.Contains(pair.Key)) is { Key: { } unknown })
            return new MalformedContext(text, $"the query key '{unknown}' is none that a builder knows", $"one of {string.Join(", ", QueryKeys)}");

        var refs = keys.Where(pair => pair.Key is "ref" or "tag" or "branch").Select(pair => pair.Value).ToList();
        var folders = keys.Where(pair => pair.Key == "subdir").Select(pair => pair.Value).ToList();
        if (refs.Count > 1 || (refs.Count == 1 && reference.Length > 0))
            return new MalformedContext(text, "it names the ref more than once", "name it once: after '#', or as one of ref=, tag=, branch=");
        if (folders.Count > 1 || (folders.Count == 1 && folder.Length > 0))
            return new MalformedContext(text, "it names the folder more than once", "name it once: after '#ref:', or as subdir=");

        var commit = keys.FirstOrDefault(pair => pair.Key is "commit" or "checksum").Value;
        var wanted = new[] { commit, refs.FirstOrDefault(), reference }.FirstOrDefault(value => !string.IsNullOrEmpty(value));
        if (wanted is ['-', ..])
            return new MalformedContext(text, $"no ref begins with a dash, as '{wanted}' does", Form);
        if (Normalized(folders.FirstOrDefault() ?? folder) is not { } path)
            return new MalformedContext(text, $"the path '{folder}' leads out of the repository", "a path below the repository's root, without '..'");

        return repository.IsOnGitHub ? new GitHubContext(text, repository, wanted, path) : new GitContext(text, repository, wanted, path);
    }

    private static ContextReference NotGit(string text, string host, string path)
    {
        if (path.EndsWith(".tar.gz", StringComparison.Ordinal) || path.EndsWith(".tgz", StringComparison.Ordinal)
            || path.EndsWith(".tar", StringComparison.Ordinal) || path.EndsWith(".zip", StringComparison.Ordinal))
        {
            return new OtherContext(text, $"an archive on {host}");
        }

        // The address of a folder's page, as copied from a browser: owner/name/tree/ref/path.
        var suggestion = path.Trim('/').Split('/') switch
        {
            [var owner, var name, "tree" or "blob", var reference, .. var folder] =>
                $"https://{host}/{owner}/{name}.git#{reference}" + (folder.Length == 0 ? "" : $":{string.Join('/', folder)}"),
            [var owner, var name] => WithSuffix(text),
            _ => Form,
        };
        return new MalformedContext(text, "the path of an http address must end in '.git', otherwise builders download a web page instead of cloning", suggestion);
    }

    private static (string Path, string Query, string Fragment) Split(string tail)
    {
        var hash = tail.IndexOf('#', StringComparison.Ordinal);
        var fragment = hash < 0 ? "" : tail[(hash + 1)..];
        var head = hash < 0 ? tail : tail[..hash];
        var mark = head.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? (head, "", fragment) : (head[..mark], head[(mark + 1)..], fragment);
    }

    private static string? Normalized(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count == 0)
                return null;
            if (part == "..")
                parts.RemoveAt(parts.Count - 1);
            else if (part.Length > 0 && part != ".")
                parts.Add(part);
        }

        return string.Join('/', parts);
    }

    private static string WithSuffix(string text)
    {
        var end = text.AsSpan().IndexOfAny('#', '?');
        var (head, tail) = end < 0 ? (text, "") : (text[..end], text[end..]);
        return $"{WithoutSuffix(head.TrimEnd('/'))}.git{tail}";
    }

    private static string WithoutSuffix(string name) => name.EndsWith(".git", StringComparison.Ordinal) ? name[..^4] : name;

    /// <summary><paramref name="text"/> without what stands before the '@' of its address.</summary>
    internal static string Masked(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
            return text;

        var end = text.IndexOfAny(['/', '#', '?'], start + 3);
        var at = text.LastIndexOf('@', (end < 0 ? text.Length : end) - 1);
        return at < start ? text : $"{text[..(start + 3)]}[REDACTED]{text[at..]}";
    }

    private static bool Is(string host, [NotNull] string known) => string.Equals(host, known, StringComparison.OrdinalIgnoreCase);
}
