using System.Globalization;
using System.Text.Json;

namespace PhasedRollout.Demo.GitHub;

/// <summary>
/// The part of GitHub's REST API that takes reports: deployments, statuses, comments. Stricter than GitHub: a key that the documentation
/// does not name is refused too. Shapes: https://docs.github.com/rest/deployments, /rest/commits/statuses, /rest/issues/comments.
/// </summary>
public sealed class GitHubWrites
{
    private static readonly string[] DeploymentStates = ["error", "failure", "inactive", "in_progress", "queued", "pending", "success"];
    private static readonly string[] CommitStates = ["error", "failure", "pending", "success"];

    private readonly Lock _gate = new();
    private readonly List<WrittenDeployment> _deployments = [];
    private readonly List<WrittenStatus> _statuses = [];
    private readonly List<WrittenComment> _comments = [];
    private long _lastId = 1000;

    /// <summary>The deployments so far.</summary>
    public IReadOnlyList<WrittenDeployment> Deployments => Copy(_deployments);

    /// <summary>The commit statuses so far.</summary>
    public IReadOnlyList<WrittenStatus> Statuses => Copy(_statuses);

    /// <summary>The comments as they are now.</summary>
    public IReadOnlyList<WrittenComment> Comments => Copy(_comments);

    /// <summary>A comment that somebody else wrote.</summary>
    public void AddComment(int issue, string body)
    {
        lock (_gate)
            _comments.Add(new WrittenComment(++_lastId, issue, body));
    }

    internal GitHubAnswer? Answer(GitHubRequest request, string[] rest)
    {
        switch (request.Method, rest)
        {
            case ("POST", ["deployments"]):
                return Checked(request, ["ref", "environment", "description", "auto_merge", "required_contexts", "task", "payload", "transient_environment", "production_environment"], body =>
                    Text(body, "ref") is not { Length: > 0 } commit ? Invalid("ref") : Deploy(commit, body));
            case ("POST", ["deployments", var id, "statuses"]):
                return Checked(request, ["state", "description", "log_url", "target_url", "environment", "environment_url", "auto_inactive"], body => SetStatus(id, body));
            case ("POST", ["statuses", var commit]):
                return Checked(request, ["state", "target_url", "description", "context"], body => SetCommitStatus(commit, body));
            case ("GET", ["issues", var issue, "comments"]):
                return request.Authenticated ? List(Number(issue), request) : GitHubAnswer.NotFound();
            case ("POST", ["issues", var issue, "comments"]):
                return Checked(request, ["body"], body => Comment(Number(issue), body));
            case ("PATCH", ["issues", "comments", var comment]):
                return Checked(request, ["body"], body => Edit(Number(comment), body));
            default:
                return null;
        }
    }

    private static GitHubAnswer Checked(GitHubRequest request, string[] keys, Func<JsonElement, GitHubAnswer> answer)
    {
        if (!request.Authenticated)
            return GitHubAnswer.NotFound();

        try
        {
            using var body = JsonDocument.Parse(request.Body);
            if (body.RootElement.ValueKind != JsonValueKind.Object)
                return GitHubAnswer.Error(400, "Problems parsing JSON");
            if (body.RootElement.EnumerateObject().Select(property => property.Name).FirstOrDefault(name => !keys.Contains(name)) is { } unknown)
                return Invalid(unknown);
            if (Text(body.RootElement, "description") is { Length: > 140 })
                return Invalid("description");
            return answer(body.RootElement);
        }
        catch (JsonException)
        {
            return GitHubAnswer.Error(400, "Problems parsing JSON");
        }
    }

    private GitHubAnswer Deploy(string commit, JsonElement body)
    {
        lock (_gate)
        {
            var deployment = new WrittenDeployment(++_lastId, commit, Text(body, "environment") ?? "production", Text(body, "description") ?? "", []);
            _deployments.Add(deployment);
            return GitHubAnswer.Created(new { id = deployment.Id, sha = commit, @ref = commit, task = "deploy", environment = deployment.Environment, description = deployment.Description });
        }
    }

    private GitHubAnswer SetStatus(string id, JsonElement body)
    {
        if (Text(body, "state") is not { } state || !DeploymentStates.Contains(state))
            return Invalid("state");

        lock (_gate)
        {
            if (_deployments.Find(candidate => candidate.Id == Number(id)) is not { } deployment)
                return GitHubAnswer.NotFound();

            deployment.States.Add(new WrittenState(state, Text(body, "description") ?? "", Text(body, "log_url")));
            return GitHubAnswer.Created(new { id = ++_lastId, state, description = Text(body, "description") ?? "" });
        }
    }

    private GitHubAnswer SetCommitStatus(string commit, JsonElement body)
    {
        if (Text(body, "state") is not { } state || !CommitStates.Contains(state))
            return Invalid("state");

        lock (_gate)
        {
            _statuses.Add(new WrittenStatus(commit, Text(body, "context") ?? "default", state, Text(body, "description") ?? ""));
            return GitHubAnswer.Created(new { id = ++_lastId, state, context = Text(body, "context") ?? "default", description = Text(body, "description") });
        }
    }

    private GitHubAnswer List(long issue, GitHubRequest request)
    {
        var size = request.Query.TryGetValue("per_page", out var asked) ? (int)Number(asked) : 30;
        var page = request.Query.TryGetValue("page", out var at) ? (int)Number(at) : 1;
        var found = Comments.Where(comment => comment.Issue == issue).ToList();
        var answer = GitHubAnswer.Ok(found.Skip((page - 1) * size).Take(size).Select(Shape).ToArray());
        return page * size >= found.Count ? answer : answer with
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Link"] = string.Create(CultureInfo.InvariantCulture, $"<{request.Root}/{string.Join('/', request.Segments)}?per_page={size}&page={page + 1}>; rel=\"next\""),
            },
        };
    }

    private GitHubAnswer Comment(long issue, JsonElement body)
    {
        if (Text(body, "body") is not { Length: > 0 and <= 65_536 } text)
            return Invalid("body");

        lock (_gate)
        {
            _comments.Add(new WrittenComment(++_lastId, issue, text));
            return GitHubAnswer.Created(Shape(_comments[^1]));
        }
    }

    private GitHubAnswer Edit(long id, JsonElement body)
    {
        if (Text(body, "body") is not { Length: > 0 and <= 65_536 } text)
            return Invalid("body");

        lock (_gate)
        {
            var index = _comments.FindIndex(comment => comment.Id == id);
            if (index < 0)
                return GitHubAnswer.NotFound();

            _comments[index] = _comments[index] with { Body = text };
            return GitHubAnswer.Ok(Shape(_comments[index]));
        }
    }

    private static object Shape(WrittenComment comment) => new { id = comment.Id, body = comment.Body, user = new { login = "somebody", id = 1 } };

    private static GitHubAnswer Invalid(string field) => GitHubAnswer.Error(422, $"Validation Failed: {field}");

    private static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private IReadOnlyList<T> Copy<T>(List<T> list)
    {
        lock (_gate)
            return [.. list];
    }
}

/// <summary>A deployment that was made.</summary>
public sealed record WrittenDeployment(long Id, string Commit, string Environment, string Description, IList<WrittenState> States);

/// <summary>A status of a deployment.</summary>
public sealed record WrittenState(string State, string Description, string? LogUrl);

/// <summary>A status of a commit.</summary>
public sealed record WrittenStatus(string Commit, string Context, string State, string Description);

/// <summary>A comment at an issue or a pull request.</summary>
public sealed record WrittenComment(long Id, long Issue, string Body);
