using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Can the engine's own builder, which is what we build with, build every Dockerfile?</summary>
internal static class BuilderCheck
{
    private const int MostShown = 5;

    public static IEnumerable<Finding> Check(IReadOnlyList<VerifiedService> services) =>
        from verified in services
        let service = verified.Service
        let ofService = verified.BuildKitNeeds
        where ofService.Count > 0
        select TextChecks.Located(
            new Finding(
                PreflightRules.Builder, FailureClass.BuildFailure, Certainty.Certain,
                FormattableString.Invariant($"line {ofService[0].Line} of the Dockerfile of '{service.Name}' is {ofService[0].What}, which only BuildKit builds; the engine's own builder refuses it"),
                $"services/{service.Name}/build", ofService[0].Instead)
            {
                Service = service.Name,
                Evidence =
                [
                    .. ofService.Take(MostShown).Select(need => FormattableString.Invariant($"line {need.Line}: {need.What}: {need.Instead}")),
                    .. ofService.Count > MostShown ? [FormattableString.Invariant($"and {ofService.Count - MostShown} more lines")] : Array.Empty<string>(),
                ],
            },
            service.Locations.GetValueOrDefault("build") ?? service.Location);
}
