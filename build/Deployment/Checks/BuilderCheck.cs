using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Can a builder of the engine build every Dockerfile?</summary>
internal static class BuilderCheck
{
    private const int MostShown = 5;

    public static IEnumerable<Finding> Check(IReadOnlyList<VerifiedService> services, TargetDescription target) =>
        from verified in services
        let service = verified.Service
        let refused = verified.BuildKitNeeds.Select(need => (Need: need, Why: Refusal(need, verified, target))).Where(pair => pair.Why is not null).ToList()
        where refused.Count > 0
        let first = refused[0]
        select TextChecks.Located(
            new Finding(
                PreflightRules.Builder, FailureClass.BuildFailure, Certainty.Certain,
                FormattableString.Invariant($"line {first.Need.Line} of the Dockerfile of '{service.Name}' is {first.Need.What}, {first.Why}"),
                $"services/{service.Name}/build", Remedy(first.Need, target))
            {
                Service = service.Name,
                Evidence =
                [
                    .. refused.Take(MostShown).Select(pair => FormattableString.Invariant($"line {pair.Need.Line}: {pair.Need.What}: {pair.Need.Instead}")),
                    .. refused.Count > MostShown ? [FormattableString.Invariant($"and {refused.Count - MostShown} more lines")] : Array.Empty<string>(),
                ],
            },
            service.Locations.GetValueOrDefault("build") ?? service.Location);

    // A frontend reads the whole file, also stages that nobody needs.
    private static string? Refusal(BuildKitNeed need, VerifiedService service, TargetDescription target) =>
        !target.HasBuildKit ? need.IsUpToTarget ? "which only BuildKit builds, and this engine builds without it" : null
        : need is { AsksClient: true, IsBuilt: true } ? "which BuildKit asks its client for, and this build gives an engine nothing but the context"
        : need.Since > target.ApiVersion && !service.HasSyntaxDirective
            ? FormattableString.Invariant($"which BuildKit of this engine ({target.Version}) is too old for")
            : null;

    private static string Remedy(BuildKitNeed need, TargetDescription target) =>
        target.HasBuildKit && !need.AsksClient
            ? $"{need.Instead}; or a first line '# syntax=docker/dockerfile:1', with which the engine fetches a newer frontend; or a newer engine"
            : need.Instead;
}
