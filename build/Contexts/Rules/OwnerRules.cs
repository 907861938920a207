using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>VC803: contexts come from the owners that the file allows, over a protocol that proves who answers.</summary>
internal sealed class OwnerRules : IRolloutRule
{
    private static readonly string[] Unproven = ["http://", "git://"];

    public IEnumerable<Finding> Check(Rollout rollout) =>
        rollout.Services.SelectMany(service => new[] { Owner(rollout, service), Protocol(service) }.OfType<Finding>());

    // The author of the file asked for the list: whoever is not on it does not go out.
    private static Finding? Owner(Rollout rollout, Service service) =>
        rollout.Owners is { } owners && service.Build?.Reference is RepositoryContext context and not FolderContext
        && !owners.Contains(context.Repository.Owner, StringComparer.OrdinalIgnoreCase)
            ? About(service, Certainty.Certain,
                $"'{context.Repository.Owner}' is not among the owners that x-rollout allows ({string.Join(", ", owners)})",
                $"a repository of theirs; or owners: [{string.Join(", ", owners.Append(context.Repository.Owner))}] under x-rollout")
            : null;

    private static Finding? Protocol(Service service)
    {
        var text = service.Build?.Reference is GitHubContext or GitContext or OtherContext ? service.Build.Reference.Text : "";
        var scheme = Unproven.FirstOrDefault(it => text.StartsWith(it, StringComparison.OrdinalIgnoreCase));
        return scheme is null || IsLocal(text[scheme.Length..])
            ? null
            : About(service, Certainty.Likely,
                $"the context is fetched over {scheme[..^3]}, which neither proves who answers nor what was sent; GitHub has switched git:// off",
                $"context: https://{ContextUrl.WithoutPassword(text)[scheme.Length..]}");
    }

    private static bool IsLocal(string rest) =>
        rest.StartsWith("localhost", StringComparison.OrdinalIgnoreCase) || rest.StartsWith("127.", StringComparison.Ordinal) || rest.StartsWith("[::1]", StringComparison.Ordinal);

    private static Finding About(Service service, Certainty certainty, string message, string suggestion) =>
        Findings.About(service, "build/context", "VC803", FailureClass.SecretExposed, certainty, message, suggestion);
}
