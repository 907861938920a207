using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using PhasedRollout.Contexts;

namespace PhasedRollout.Tests.Contexts.GitHub;

/// <summary>Answers as GitHub does, from a repository in memory; a question that it does not know fails the test.</summary>
internal sealed class FakeGitHub(MemoryRepository repository, int mostEntries = 100_000) : HttpMessageHandler
{
    public const string Root = "http://127.0.0.1:8099";
    private const string Prefix = "/repos/Bizoholic-Digital/bizosaas-platform";

    private readonly ConcurrentQueue<HttpRequestMessage> requests = [];

    public string DefaultBranch { get; init; } = "main";

    public Dictionary<string, string> Refs { get; } = new() { ["main"] = repository.Commit };

    /// <summary>Answers in place of the repository while it returns one; the number is that of the request, from 1.</summary>
    public Func<HttpRequestMessage, int, CancellationToken, Task<HttpResponseMessage?>>? Instead { get; set; }

    public bool SendsETags { get; init; } = true;

    public bool SendsJsonForShas { get; init; }

    public IReadOnlyList<HttpRequestMessage> Requests => [.. requests];

    public IReadOnlyList<string> Paths => [.. requests.Select(request => request.RequestUri!.PathAndQuery)];

    public static HttpResponseMessage Json(HttpStatusCode status, object body, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage(status) { Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            response.Headers.TryAddWithoutValidation(name, value);

        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri);
        foreach (var (name, values) in request.Headers)
            copy.Headers.TryAddWithoutValidation(name, values);

        requests.Enqueue(copy);
        var response = Instead is null ? null : await Instead(request, requests.Count, cancellationToken);
        response ??= Answer(request);
        response.RequestMessage = request;
        return response;
    }

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        var path = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath);
        path.ShouldStartWith("/repos/");
        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
            return NotFound();

        var question = path[Prefix.Length..];
        if (question == "")
        {
            return WithETag(request, Json(HttpStatusCode.OK, new
            {
                default_branch = DefaultBranch,
                name = "bizosaas-platform",
                full_name = "Bizoholic-Digital/bizosaas-platform",
                archived = false,
            }), "repo");
        }

        if (question.StartsWith("/commits/", StringComparison.Ordinal))
            return Commit(request, question["/commits/".Length..]);

        if (question.StartsWith("/git/trees/", StringComparison.Ordinal))
            return Tree(question["/git/trees/".Length..], request.RequestUri.Query == "?recursive=1");

        if (question.StartsWith("/git/blobs/", StringComparison.Ordinal))
        {
            return repository.Blobs.TryGetValue(question["/git/blobs/".Length..], out var bytes)
                ? Json(HttpStatusCode.OK, new { content = Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks), encoding = "base64", size = bytes.Length })
                : NotFound();
        }

        throw new InvalidOperationException($"nobody may ask GitHub for {request.RequestUri}");
    }

    private HttpResponseMessage Commit(HttpRequestMessage request, string reference)
    {
        var commit = Refs.GetValueOrDefault(reference)
            ?? (reference.Length >= 4 && repository.Commit.StartsWith(reference, StringComparison.Ordinal) ? repository.Commit : null);
        if (commit is null)
            return Json(HttpStatusCode.UnprocessableEntity, new { message = $"No commit found for SHA: {reference}" });

        var answer = SendsJsonForShas
            ? Json(HttpStatusCode.OK, new { sha = commit, commit = new { tree = new { sha = repository.RootId } } })
            : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(commit, Encoding.UTF8, "application/vnd.github.sha") };
        return WithETag(request, answer, commit);
    }

    private HttpResponseMessage Tree(string id, bool recursive)
    {
        id = id == repository.Commit ? repository.RootId : id;
        if (!repository.Folders.TryGetValue(id, out var children))
            return NotFound();

        var entries = recursive ? repository.Below(id) : children;
        return Json(HttpStatusCode.OK, new
        {
            sha = id,
            tree = entries.Take(mostEntries).Select(entry => new
            {
                path = entry.Path,
                mode = entry.Kind switch
                {
                    TreeEntryKind.Directory => "040000",
                    TreeEntryKind.Symlink => "120000",
                    TreeEntryKind.Submodule => "160000",
                    TreeEntryKind.Executable => "100755",
                    _ => "100644",
                },
                type = entry.Kind switch { TreeEntryKind.Directory => "tree", TreeEntryKind.Submodule => "commit", _ => "blob" },
                sha = entry.Id,
                size = entry.Size,
            }),
            truncated = entries.Count > mostEntries,
        });
    }

    private HttpResponseMessage WithETag(HttpRequestMessage request, HttpResponseMessage answer, string content)
    {
        if (!SendsETags)
            return answer;

        var tag = $"W/\"{content}\"";
        if (request.Headers.IfNoneMatch.Any(known => known.ToString() == tag))
            return new HttpResponseMessage(HttpStatusCode.NotModified);

        answer.Headers.TryAddWithoutValidation("ETag", tag);
        return answer;
    }

    private static HttpResponseMessage NotFound() => Json(HttpStatusCode.NotFound, new { message = "Not Found" });
}
