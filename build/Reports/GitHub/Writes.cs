using System.Text.Json.Serialization;

namespace PhasedRollout.Reports.GitHub;

/// <summary><c>POST repos/{owner}/{name}/deployments</c>.</summary>
/// <param name="Ref">The commit.</param>
/// <param name="AutoMerge">The default branch is merged into it first.</param>
/// <param name="RequiredContexts">The checks that must have passed.</param>
/// <param name="Environment">Where it goes.</param>
/// <param name="Description">What goes there.</param>
internal sealed record DeploymentJson(string Ref, bool AutoMerge, IReadOnlyList<string> RequiredContexts, string Environment, string Description);

/// <summary><c>POST repos/{owner}/{name}/deployments/{id}/statuses</c>.</summary>
internal sealed record DeploymentStatusJson(string State, string? LogUrl, string Description);

/// <summary><c>POST repos/{owner}/{name}/statuses/{commit}</c>.</summary>
internal sealed record CommitStatusJson(string State, string? TargetUrl, string Description, string Context);

/// <summary>What a comment says, as it is sent.</summary>
internal sealed record CommentTextJson(string Body);

/// <summary>A comment as GitHub lists it: what we use of it.</summary>
internal sealed record CommentJson(long Id, string? Body);

/// <summary>What of an answer to something that was written is of use.</summary>
internal sealed record WrittenJson(long Id);

/// <summary>How they are written and read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeploymentJson))]
[JsonSerializable(typeof(DeploymentStatusJson))]
[JsonSerializable(typeof(CommitStatusJson))]
[JsonSerializable(typeof(CommentTextJson))]
[JsonSerializable(typeof(List<CommentJson>))]
[JsonSerializable(typeof(WrittenJson))]
internal sealed partial class WritesJson : JsonSerializerContext;
