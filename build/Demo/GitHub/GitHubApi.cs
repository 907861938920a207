using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PhasedRollout.Demo.GitHub;

/// <summary>
/// The part of GitHub's REST API that reads a repository, answered from a git repository on this machine.
/// Shapes: https://docs.github.com/rest (API version 2022-11-28). Null from <see cref="AnswerAsync(GitHubRequest, CancellationToken)"/> means "not an endpoint we know".
/// </summary>
internal sealed class GitHubApi(
    GitHubStandInOptions options, IReadOnlyDictionary<string, GitRepository> repositories, GitHubWrites writes, Action<string> unexpected)
{
    private const string CommitDocumentation = "https://docs.github.com/rest/commits/commits#get-a-commit";
    private const string TreeDocumentation = "https://docs.github.com/rest/git/trees#get-a-tree";
    private const string BlobDocumentation = "https://docs.github.com/rest/git/blobs#get-a-blob";

    /// <summary>Answers one request that has passed authentication and the rate limit.</summary>
    public async Task<GitHubAnswer?> AnswerAsync(GitHubRequest request, CancellationToken ct)
    {
        if (request.Segments is ["repos", var tellOwner, var tellName, .. { Length: > 0 } told]
            && Find($"{tellOwner}/{tellName}", request) is not null && writes.Answer(request, told) is { } taken)
            return taken;
        if (request is { Method: "POST", Segments: ["graphql"], Authenticated: true })
            return await new GraphQlApi((owner, name) => Find(options.RenamedRepositories.GetValueOrDefault($"{owner}/{name}", $"{owner}/{name}"), request), unexpected)
                .AnswerAsync(request.Body, ct);
        if (request.Method != "GET")
            return null;

        return request.Segments switch
        {
            ["codeload", var owner, var name, "legacy.tar.gz", .. var at] when Find($"{owner}/{name}", request) is { } source =>
                await ArchiveAsync(source, string.Join('/', at), ct),
            ["repos", var owner, var name, .. var rest] when IsEndpoint(rest) =>
                options.RenamedRepositories.TryGetValue($"{owner}/{name}", out var now) && Find(now, request) is { } moved
                    ? Moved(request, moved, rest)
                    : await AnswerAsync(Find($"{owner}/{name}", request), rest, request, ct),
            ["repositories", var number, .. var rest] when IsEndpoint(rest) =>
                await AnswerAsync(
                    options.Repositories.Keys.Select(name => Find(name, request)).FirstOrDefault(it => it?.Id.ToString(CultureInfo.InvariantCulture) == number),
                    rest, request, ct),
            _ => null,
        };
    }

    private static bool IsEndpoint(string[] rest) => rest is [] or ["commits", _, ..] or ["git", "trees" or "blobs", _, ..] or ["tarball", _, ..];

    private async Task<GitHubAnswer?> AnswerAsync(ServedRepository? found, string[] rest, GitHubRequest request, CancellationToken ct) =>
        found is null
            ? GitHubAnswer.NotFound()
            : rest switch
            {
                [] => await RepositoryAsync(found, request.Root, ct),
                ["commits", .. var reference] => await CommitAsync(found, string.Join('/', reference), request, ct),
                ["git", "trees", .. var tree] => await TreeAsync(found, string.Join('/', tree), request, ct),
                ["git", "blobs", var blob] => await BlobAsync(found, blob, request, ct),
                ["tarball", .. var reference] => await found.Git.ResolveCommitAsync(string.Join('/', reference), ct) is { } commit
                    ? GitHubAnswer.Redirect($"{request.Root}/codeload/{found.FullName}/legacy.tar.gz/{commit}")
                    : GitHubAnswer.NotFound(),
                _ => null,
            };

    // https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
    private static GitHubAnswer Moved(GitHubRequest request, ServedRepository now, string[] rest)
    {
        var address = string.Create(
            CultureInfo.InvariantCulture, $"{request.Root}/repositories/{now.Id}{string.Concat(rest.Select(part => "/" + Uri.EscapeDataString(part)))}{request.RawQuery}");
        return GitHubAnswer.Of(301, new { message = "Moved Permanently", url = address, documentation_url = "https://docs.github.com/rest" }) with
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Location"] = address },
        };
    }

    private ServedRepository? Find(string fullName, GitHubRequest request)
    {
        var match = options.Repositories.Keys.FirstOrDefault(key => key.Equals(fullName, StringComparison.OrdinalIgnoreCase));
        var visible = match is not null && (request.Authenticated || !options.PrivateRepositories.Contains(match));
        return visible ? new ServedRepository(match!, repositories[match!], options.ArchivedRepositories.Contains(match!)) : null;
    }

    private async Task<GitHubAnswer> RepositoryAsync(ServedRepository source, string root, CancellationToken ct)
    {
        var isPrivate = options.PrivateRepositories.Contains(source.FullName);
        var html = $"https://github.com/{source.FullName}";
        return GitHubAnswer.Ok(new
        {
            id = source.Id,
            node_id = NodeId("R", source.FullName),
            name = source.Name,
            full_name = source.FullName,
            @private = isPrivate,
            owner = new
            {
                login = source.Owner,
                id = ServedRepository.StableNumber(source.Owner),
                node_id = NodeId("O", source.Owner),
                type = "Organization",
                url = $"{root}/users/{source.Owner}",
                html_url = $"https://github.com/{source.Owner}",
                site_admin = false,
            },
            html_url = html,
            description = (string?)null,
            fork = false,
            url = $"{root}/repos/{source.FullName}",
            clone_url = $"{html}.git",
            git_url = $"git://github.com/{source.FullName}.git",
            ssh_url = $"git@github.com:{source.FullName}.git",
            svn_url = html,
            created_at = "2025-01-01T00:00:00Z",
            updated_at = "2025-10-13T00:00:00Z",
            pushed_at = "2025-10-13T00:00:00Z",
            size = 0,
            stargazers_count = 0,
            watchers_count = 0,
            forks_count = 0,
            open_issues_count = 0,
            has_issues = true,
            archived = source.IsArchived,
            disabled = false,
            is_template = false,
            visibility = isPrivate ? "private" : "public",
            default_branch = await source.Git.DefaultBranchAsync(ct),
            topics = Array.Empty<string>(),
            permissions = new { admin = false, maintain = false, push = false, triage = false, pull = true },
        });
    }

    private static async Task<GitHubAnswer> CommitAsync(ServedRepository source, string reference, GitHubRequest request, CancellationToken ct)
    {
        if (await source.Git.ResolveCommitAsync(reference, ct) is not { } id)
            return GitHubAnswer.Error(422, $"No commit found for SHA: {reference}", CommitDocumentation);
        if (request.Accepts("application/vnd.github.sha", "application/vnd.github.v3.sha"))
            return GitHubAnswer.Raw(Encoding.ASCII.GetBytes(id), "application/vnd.github.sha; charset=utf-8");

        var commit = GitCommit.Parse((await source.Git.ReadAsync(id, ct))!.Content);
        var url = $"{request.Root}/repos/{source.FullName}";
        return GitHubAnswer.Ok(new
        {
            sha = id,
            node_id = NodeId("C", id),
            commit = new
            {
                author = Person(commit.Author),
                committer = Person(commit.Committer),
                message = commit.Message,
                tree = new { sha = commit.Tree, url = $"{url}/git/trees/{commit.Tree}" },
                url = $"{url}/git/commits/{id}",
                comment_count = 0,
                verification = new { verified = false, reason = "unsigned", signature = (string?)null, payload = (string?)null },
            },
            url = $"{url}/commits/{id}",
            html_url = $"https://github.com/{source.FullName}/commit/{id}",
            comments_url = $"{url}/commits/{id}/comments",
            author = (object?)null,
            committer = (object?)null,
            parents = commit.Parents.Select(parent => new
            {
                sha = parent,
                url = $"{url}/commits/{parent}",
                html_url = $"https://github.com/{source.FullName}/commit/{parent}",
            }),
        });

        static object Person(GitSignature person) => new { name = person.Name, email = person.Email, date = person.Date };
    }

    private async Task<GitHubAnswer> TreeAsync(ServedRepository source, string reference, GitHubRequest request, CancellationToken ct)
    {
        var id = (await source.Git.ReadAsync(reference, ct))?.Id ?? await source.Git.ResolveCommitAsync(reference, ct);
        if (id is null || await source.Git.ReadAsync(id, ct) is not { Type: "tree" or "commit" })
            return GitHubAnswer.NotFound(TreeDocumentation);

        // Any value of "recursive" asks for it, "0" and "false" too.
        var recursive = request.Query.ContainsKey("recursive");
        var url = $"{request.Root}/repos/{source.FullName}";
        var body = new ArrayBufferWriter<byte>(1 << 20);
        using var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("sha", id);
        json.WriteString("url", $"{url}/git/trees/{id}");
        json.WriteStartArray("tree");
        var (truncated, count) = (false, 0);
        foreach (var entry in await source.Git.ListTreeAsync(id, recursive, ct))
        {
            if (recursive && (count == options.TreeEntryLimit || json.BytesCommitted + json.BytesPending > options.TreeByteLimit))
            {
                truncated = true;
                break;
            }

            count++;
            Write(json, entry, url);
        }

        json.WriteEndArray();
        json.WriteBoolean("truncated", truncated);
        json.WriteEndObject();
        await json.FlushAsync(ct);
        return GitHubAnswer.Raw(body.WrittenMemory, "application/json; charset=utf-8");
    }

    private static void Write(Utf8JsonWriter json, GitTreeEntry entry, string url)
    {
        json.WriteStartObject();
        json.WriteString("path", entry.Path);
        json.WriteString("mode", entry.Mode);
        json.WriteString("type", entry.Type);
        json.WriteString("sha", entry.Id);
        if (entry.Size is { } size)
            json.WriteNumber("size", size);
        if (entry.Type is "blob" or "tree")
            json.WriteString("url", $"{url}/git/{entry.Type}s/{entry.Id}");
        json.WriteEndObject();
    }

    private static async Task<GitHubAnswer> BlobAsync(ServedRepository source, string id, GitHubRequest request, CancellationToken ct)
    {
        if (await source.Git.ReadAsync(id, ct) is not { Type: "blob" } blob)
            return GitHubAnswer.NotFound(BlobDocumentation);
        if (request.Accepts("application/vnd.github.raw", "application/vnd.github.v3.raw", "application/vnd.github.raw+json"))
            return GitHubAnswer.Raw(blob.Content, "application/vnd.github.raw; charset=utf-8");
        return GitHubAnswer.Ok(new
        {
            sha = blob.Id,
            node_id = NodeId("B", blob.Id),
            size = blob.Content.Length,
            url = $"{request.Root}/repos/{source.FullName}/git/blobs/{blob.Id}",
            content = Base64(blob.Content),
            encoding = "base64",
        });
    }

    private static async Task<GitHubAnswer> ArchiveAsync(ServedRepository source, string reference, CancellationToken ct)
    {
        if (await source.Git.ResolveCommitAsync(reference, ct) is not { } commit)
            return GitHubAnswer.NotFound();
        var folder = $"{source.Owner}-{source.Name}-{commit[..7]}";
        return new GitHubAnswer(200, ReadOnlyMemory<byte>.Empty, "application/x-gzip")
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Content-Disposition"] = $"attachment; filename={folder}.tar.gz" },
            Stream = async (output, token) =>
            {
                using var archive = source.Git.StartArchive(commit, folder);
                try
                {
                    await archive.StandardOutput.BaseStream.CopyToAsync(output, token);
                }
                finally
                {
                    if (!archive.HasExited)
                        archive.Kill();
                }
            },
        };
    }

    /// <summary>GitHub breaks base64 into lines of 60 characters and ends with a line break.</summary>
    private static string Base64(byte[] content)
    {
        var lines = Convert.ToBase64String(content).Chunk(60).Select(line => new string(line));
        return string.Concat(lines.Select(line => line + "\n"));
    }

    private static string NodeId(string kind, string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{kind}:{text}"));
}
