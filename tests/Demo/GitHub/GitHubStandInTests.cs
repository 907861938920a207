using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Octokit;
using Octokit.Internal;
using PhasedRollout.Demo.GitHub;

namespace PhasedRollout.Tests.Demo.GitHub;

public sealed class GitHubStandInTests : IAsyncDisposable
{
    private readonly TemporaryRepository _repository = new(
        ("README.md", "hello"),
        ("a/Dockerfile", "FROM scratch\n"),
        ("a/b/c.txt", "deep"),
        ("secret.txt", "not in archives"),
        (".gitattributes", "secret.txt export-ignore\n"));

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(55));
    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false });
    private readonly GitHubStandIn _gitHub;

    public GitHubStandInTests()
    {
        _gitHub = GitHubStandIn.Start(
            new GitHubStandInOptions
            {
                Repositories = new Dictionary<string, string> { ["Owner/name"] = _repository.Directory, ["Owner/hidden"] = _repository.Directory },
                PrivateRepositories = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "Owner/hidden" },
                Tokens = new HashSet<string> { "good-token" },
                TreeEntryLimit = 6,
            },
            _clock);
        _http.BaseAddress = _gitHub.Url;
        _http.DefaultRequestHeaders.Add("User-Agent", "tests");
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Head => _repository.Run("", "rev-parse", "refs/heads/main").Trim();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _gitHub.DisposeAsync();
        _repository.Dispose();
    }

    [Fact]
    public async Task Octokit_reads_the_repository_a_commit_its_tree_and_a_blob()
    {
        var client = Octokit();

        (await client.Repository.Get("owner", "NAME")).DefaultBranch.ShouldBe("main");
        var commit = await client.Repository.Commit.Get("Owner", "name", "main");
        commit.Sha.ShouldBe(Head);
        commit.Commit.Committer.Date.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1760313600));
        var tree = await client.Git.Tree.GetRecursive("Owner", "name", commit.Sha);
        tree.Truncated.ShouldBeTrue("seven entries, and the limit here is six");
        tree.Tree.Select(item => item.Path).ShouldBe([".gitattributes", "README.md", "a", "a/Dockerfile", "a/b", "a/b/c.txt"]);
        var dockerfile = tree.Tree.Single(item => item.Path == "a/Dockerfile");
        (dockerfile.Type.Value, dockerfile.Mode, dockerfile.Size).ShouldBe((TreeType.Blob, "100644", 13));
        var blob = await client.Git.Blob.Get("Owner", "name", dockerfile.Sha);
        Convert.FromBase64String(blob.Content).ShouldBe("FROM scratch\n"u8.ToArray());
        client.GetLastApiInfo().RateLimit.Remaining.ShouldBe(56);
        _gitHub.UnexpectedRequests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_ref_may_hold_slashes_be_a_tag_or_a_short_commit_id()
    {
        var other = _repository.Commit("feature/x", ("new", "1"));
        _repository.Run("", "tag", "v1", "feature/x");

        foreach (var reference in new[] { "feature%2Fx", "feature/x", "v1", "heads/feature/x", "tags/v1", "refs/tags/v1", other[..9], other })
            (await ShaAsync(reference)).ShouldBe(other, reference);
        (await ShaAsync("HEAD")).ShouldBe(Head);
    }

    [Fact]
    public async Task A_branch_wins_over_a_tag_of_the_same_name()
    {
        var other = _repository.Commit("other", ("new", "1"));
        _repository.Run("", "tag", "main", other);

        (await ShaAsync("main")).ShouldBe(Head);
        (await ShaAsync("tags/main")).ShouldBe(other);
    }

    [Fact]
    public async Task A_ref_that_is_not_there_is_422_and_a_repository_that_is_not_there_404()
    {
        using var missing = await _http.GetAsync("/repos/Owner/name/commits/nowhere", Ct);
        using var elsewhere = await _http.GetAsync("/repos/Owner/other/commits/main", Ct);

        missing.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await JsonAsync(missing)).GetProperty("message").GetString().ShouldBe("No commit found for SHA: nowhere");
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await JsonAsync(elsewhere)).GetProperty("status").GetString().ShouldBe("404");
    }

    [Fact]
    public async Task A_private_repository_is_visible_to_its_token_only_and_a_wrong_token_is_401()
    {
        (await StatusAsync("/repos/Owner/hidden")).ShouldBe(404);
        (await StatusAsync("/repos/Owner/hidden", "good-token")).ShouldBe(200);
        (await StatusAsync("/repos/Owner/name", "wrong-token")).ShouldBe(401);
    }

    [Fact]
    public async Task What_is_known_by_its_etag_is_not_sent_again_and_counted_only_without_a_token()
    {
        using var first = await _http.GetAsync("/repos/Owner/name/commits/main", Ct);
        var tag = first.Headers.ETag!;

        using var second = await SendAsync("/repos/Owner/name/commits/main", null, tag.ToString());
        using var third = await SendAsync("/repos/Owner/name/commits/main", "good-token", tag.ToString());

        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await second.Content.ReadAsStringAsync(Ct)).ShouldBeEmpty();
        Header(second, "X-RateLimit-Remaining").ShouldBe("58");
        third.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        Header(third, "X-RateLimit-Remaining").ShouldBe("5000");
    }

    [Fact]
    public async Task The_sixty_first_request_of_an_hour_is_refused_and_the_next_hour_is_new()
    {
        for (var i = 0; i < 60; i++)
            (await StatusAsync("/repos/Owner/name")).ShouldBe(200);

        using var refused = await _http.GetAsync("/repos/Owner/name", Ct);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Header(refused, "X-RateLimit-Remaining").ShouldBe("0");
        (await StatusAsync("/rate_limit")).ShouldBe(200);
        _clock.Advance(TimeSpan.FromHours(1));
        (await StatusAsync("/repos/Owner/name")).ShouldBe(200);
    }

    [Fact]
    public async Task The_tarball_redirects_to_an_archive_in_GitHubs_folder_without_what_export_ignore_names()
    {
        using var redirect = await _http.GetAsync($"/repos/Owner/name/tarball/{Head}", Ct);
        redirect.StatusCode.ShouldBe(HttpStatusCode.Redirect);

        await using var archive = await _http.GetStreamAsync(redirect.Headers.Location, Ct);
        await using var gzip = new GZipStream(archive, CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        var names = new List<string>();
        while (await tar.GetNextEntryAsync(cancellationToken: Ct) is { } entry)
            if (entry is not PaxGlobalExtendedAttributesTarEntry)
                names.Add(entry.Name);

        var folder = $"Owner-name-{Head[..7]}";
        names.ShouldContain($"{folder}/a/b/c.txt");
        names.ShouldNotContain($"{folder}/secret.txt");
        names.ShouldAllBe(name => name.StartsWith(folder + "/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_commit_id_alone_is_sent_when_its_media_type_is_asked_for()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/repos/Owner/name/commits/main");
        request.Headers.Add("Accept", "application/vnd.github.sha");
        using var response = await _http.SendAsync(request, Ct);

        (await response.Content.ReadAsStringAsync(Ct)).ShouldBe(Head);
    }

    [Fact]
    public async Task A_tree_asked_for_by_commit_answers_with_the_commits_id_and_lists_one_level()
    {
        using var response = await _http.GetAsync($"/repos/Owner/name/git/trees/{Head}", Ct);
        var tree = await JsonAsync(response);

        tree.GetProperty("sha").GetString().ShouldBe(Head);
        tree.GetProperty("truncated").GetBoolean().ShouldBeFalse();
        tree.GetProperty("tree").EnumerateArray().Select(entry => entry.GetProperty("path").GetString())
            .ShouldBe([".gitattributes", "README.md", "a", "secret.txt"]);
    }

    [Fact]
    public async Task A_request_that_this_project_never_makes_is_501_and_recorded()
    {
        (await StatusAsync("/repos/Owner/name/contents/README.md")).ShouldBe(501);

        _gitHub.UnexpectedRequests.ShouldBe(["GET /repos/Owner/name/contents/README.md"]);
    }

    [Theory]
    [InlineData(GitHubFaultKind.Forbidden, 403)]
    [InlineData(GitHubFaultKind.NotFound, 404)]
    [InlineData(GitHubFaultKind.RateLimited, 403)]
    [InlineData(GitHubFaultKind.TooManyRequests, 429)]
    [InlineData(GitHubFaultKind.ServerError, 500)]
    [InlineData(GitHubFaultKind.Garbage, 200)]
    public async Task A_fault_is_acted_out_as_often_as_it_was_ordered(GitHubFaultKind kind, int status)
    {
        _gitHub.Fail(new GitHubFault("/commits/", kind, Times: 1));

        (await StatusAsync("/repos/Owner/name/git/trees/main", "good-token")).ShouldBe(200);
        using var refused = await _http.GetAsync("/repos/Owner/name/commits/main", Ct);
        ((int)refused.StatusCode).ShouldBe(status);
        (refused.Headers.RetryAfter is not null).ShouldBe(kind == GitHubFaultKind.TooManyRequests);
        (await StatusAsync("/repos/Owner/name/commits/main", "good-token")).ShouldBe(200);
    }

    [Fact]
    public async Task A_truncated_answer_breaks_off_and_a_hanging_one_never_comes()
    {
        _gitHub.Fail(new GitHubFault("/commits/", GitHubFaultKind.Truncate, Times: 1));
        await Should.ThrowAsync<HttpRequestException>(() => _http.GetStringAsync("/repos/Owner/name/commits/main", Ct));

        _gitHub.Fail(new GitHubFault("/commits/", GitHubFaultKind.Hang));
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));
        await Should.ThrowAsync<OperationCanceledException>(() => _http.GetAsync("/repos/Owner/name/commits/main", impatient.Token));
        _gitHub.Heal();
        (await ShaAsync("main")).ShouldBe(Head);
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct)).RootElement;

    private GitHubClient Octokit() =>
        new(new Connection(
            new ProductHeaderValue("tests"), new Uri(_gitHub.Url, "/"), new InMemoryCredentialStore(Credentials.Anonymous)));

    private async Task<string?> ShaAsync(string reference)
    {
        using var response = await _http.GetAsync($"/repos/Owner/name/commits/{reference}", Ct);
        return (await JsonAsync(response)).GetProperty("sha").GetString();
    }

    private async Task<int> StatusAsync(string path, string? token = null)
    {
        using var response = await SendAsync(path, token);
        return (int)response.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string? token, string? etag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
            request.Headers.Add("Authorization", $"Bearer {token}");
        if (etag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        return await _http.SendAsync(request, Ct);
    }
}
