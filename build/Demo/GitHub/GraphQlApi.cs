using System.Text;
using System.Text.Json;

namespace PhasedRollout.Demo.GitHub;

/// <summary>
/// The part of GitHub's GraphQL schema that reads files of a repository: <c>Query.repository</c>, <c>Repository</c>, <c>Ref</c>, <c>GitObject</c> with
/// <c>Blob</c> and <c>Commit</c>. What else is asked for is answered with GitHub's error and told to <paramref name="unexpected"/>.
/// https://docs.github.com/graphql/reference/objects
/// </summary>
internal sealed class GraphQlApi(Func<string, string, ServedRepository?> find, Action<string> unexpected)
{
    // GitHub cuts the text of a blob after so many bytes and says isTruncated.
    private const int LongestText = 512_000;

    /// <summary>Answers the body of a POST.</summary>
    public async Task<GitHubAnswer> AnswerAsync(string body, CancellationToken ct)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var variables = document.RootElement.TryGetProperty("variables", out var given) && given.ValueKind == JsonValueKind.Object
                ? given.EnumerateObject().ToDictionary(it => it.Name, it => Value(it.Value), StringComparer.Ordinal)
                : [];
            var fields = GraphQlDocument.Parse(document.RootElement.GetProperty("query").GetString() ?? "", variables);
            var errors = new List<object>();
            var data = await RootAsync(fields, errors, ct);
            return GitHubAnswer.Ok(errors.Count == 0 ? new { data } : new { data, errors });
        }
        catch (GraphQlException error)
        {
            unexpected($"POST /graphql: {error.Message}");
            return GitHubAnswer.Ok(new { errors = new[] { new { message = error.Message } } });
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return GitHubAnswer.Error(400, "Problems parsing JSON");
        }
    }

    private async Task<Dictionary<string, object?>> RootAsync(IReadOnlyList<GraphQlField> fields, List<object> errors, CancellationToken ct)
    {
        var data = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            if (field.Name != "repository")
                throw Unknown(field, "Query");

            var (owner, name) = (Text(field, "owner"), Text(field, "name"));
            var repository = find(owner, name);
            data[field.Alias] = repository is null ? null : await RepositoryAsync(repository, field.Fields, ct);
            if (repository is null)
                errors.Add(new { type = "NOT_FOUND", path = new[] { field.Alias }, message = $"Could not resolve to a Repository with the name '{owner}/{name}'." });
        }

        return data;
    }

    private static async Task<Dictionary<string, object?>> RepositoryAsync(ServedRepository repository, IReadOnlyList<GraphQlField> fields, CancellationToken ct)
    {
        var answer = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            answer[field.Alias] = field.Name switch
            {
                "nameWithOwner" => repository.FullName,
                "name" => repository.Name,
                "isArchived" => repository.IsArchived,
                "defaultBranchRef" => await RefAsync(repository, $"refs/heads/{await repository.Git.DefaultBranchAsync(ct)}", field, ct),
                "ref" => await RefAsync(repository, Text(field, "qualifiedName"), field, ct),
                "object" => await ObjectAsync(repository, field, ct),
                _ => throw Unknown(field, "Repository"),
            };
        }

        return answer;
    }

    private static async Task<object?> RefAsync(ServedRepository repository, string name, GraphQlField asked, CancellationToken ct)
    {
        if (!name.StartsWith("refs/", StringComparison.Ordinal) || await repository.Git.ResolveCommitAsync(name, ct) is not { } commit)
            return null;

        var answer = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var field in asked.Fields)
        {
            answer[field.Alias] = field.Name switch
            {
                "name" => name.Split('/', 3)[2],
                "target" => Select(field.Fields, "Commit", new Dictionary<string, object?>(StringComparer.Ordinal) { ["oid"] = commit }),
                _ => throw Unknown(field, "Ref"),
            };
        }

        return answer;
    }

    private static async Task<object?> ObjectAsync(ServedRepository repository, GraphQlField asked, CancellationToken ct)
    {
        var found = asked.Arguments.ContainsKey("oid")
            ? await repository.Git.ReadAsync(Text(asked, "oid"), ct)
            : await repository.Git.ReadExpressionAsync(Text(asked, "expression"), ct);
        if (found is null)
            return null;

        if (found.Type != "blob")
            return Select(asked.Fields, char.ToUpperInvariant(found.Type[0]) + found.Type[1..], new Dictionary<string, object?>(StringComparer.Ordinal) { ["oid"] = found.Id });

        var isBinary = found.Content.AsSpan().Contains((byte)0);
        return Select(asked.Fields, "Blob", new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["oid"] = found.Id,
            ["byteSize"] = found.Content.Length,
            ["isBinary"] = isBinary,
            ["isTruncated"] = found.Content.Length > LongestText,
            ["text"] = isBinary ? null : Encoding.UTF8.GetString(found.Content.AsSpan(0, Math.Min(found.Content.Length, LongestText))),
        });
    }

    private static Dictionary<string, object?> Select(IReadOnlyList<GraphQlField> fields, string type, Dictionary<string, object?> values)
    {
        var answer = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            if (field.OnType is { } on)
            {
                if (on == type || on == "GitObject")
                    foreach (var (name, value) in Select(field.Fields, type, values))
                        answer[name] = value;
            }
            else if (field.Name == "__typename")
            {
                answer[field.Alias] = type;
            }
            else
            {
                answer[field.Alias] = values.TryGetValue(field.Name, out var value) ? value : throw Unknown(field, type);
            }
        }

        return answer;
    }

    private static string Text(GraphQlField field, string argument) => field.Arguments.GetValueOrDefault(argument) as string
        ?? throw new GraphQlException($"Field '{field.Name}' is missing required arguments: {argument}");

    private static GraphQlException Unknown(GraphQlField field, string type) => new($"Field '{field.Name}' doesn't exist on type '{type}'");

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetInt64(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
