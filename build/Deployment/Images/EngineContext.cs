using System.Security.Cryptography;
using System.Text;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Images;

/// <summary>A context that nobody verified, and that its user accepts: the engine fetches it itself, as <c>docker build URL</c> does.</summary>
internal static class EngineContext
{
    // What VerifyContexts says of a context that it could not look up, and what Preflight says of the same.
    private static readonly string[] Rules = [PreflightRules.Context, "VC100", "VC101", "VC102", "VC103", "VC105", "VC107"];

    /// <summary>Why the user takes it unverified; null when nobody said so.</summary>
    public static string? Accepted(Rollout rollout, string service) => rollout.Accepted
        .FirstOrDefault(accepted => (accepted.Service is null || accepted.Service == service) && Rules.Contains(accepted.Rule, StringComparer.OrdinalIgnoreCase))?.Reason;

    /// <summary>Why no engine can fetch it; null when one can.</summary>
    public static string? Refusal(BuildDefinition build) => build.Context switch
    {
        _ when build.DockerfileInline is not null => "its Dockerfile stands in the compose file, and with a context that it fetches itself an engine takes none from elsewhere",
        var text when IsUrl(text) => null,
        _ => "an engine fetches an archive or a git repository by http, https or git, and nothing else",
    };

    /// <summary>Stands for the place and what is done with it, not for the bytes, which nobody saw.</summary>
    public static string Fingerprint(Service service, IReadOnlyDictionary<string, string> arguments)
    {
        var build = service.Build!;
        var parts = new[] { "phased-rollout/engine-context/1", build.Context, build.Dockerfile, build.Target ?? "", service.Platform ?? "" }
            .Concat(arguments.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => new[] { pair.Key, pair.Value }));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
    }

    private static bool IsUrl(string text) => ((string[])["http://", "https://", "git://", "git@"]).Any(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));
}
