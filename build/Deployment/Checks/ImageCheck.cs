using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Are the pre-built images on the target, or to be had from their registries?</summary>
internal sealed class ImageCheck(ITargetObserver target)
{
    public async Task<IReadOnlyList<Finding>> CheckAsync(IReadOnlyList<Phase> phases, CancellationToken cancellationToken)
    {
        var findings = await Task.WhenAll(phases.SelectMany(phase => phase.Services)
            .Where(service => service.Source is PinnedImage)
            .Select(service => CheckAsync(service, ((PinnedImage)service.Source).Reference, cancellationToken)));
        return [.. findings.OfType<Finding>()];
    }

    private async Task<Finding?> CheckAsync(PhaseService service, string reference, CancellationToken cancellationToken)
    {
        var policy = service.Service.PullPolicy;
        var isThere = await target.FindImageAsync(reference, cancellationToken) is not null;
        if (isThere && policy != "always")
            return null;

        if (policy == "never")
            return Unavailable(service, $"the image '{reference}' is not on the target, and pull_policy is never", "load it, or change pull_policy", []);

        var answer = await target.AskRegistryAsync(reference, cancellationToken);
        return answer.Available switch
        {
            true => null,
            false => Unavailable(service, $"the registry refuses '{reference}': {answer.Message}",
                "correct the reference, or log in to its registry with docker login", [answer.Message]),
            null => Unavailable(service, $"the registry of '{reference}' cannot be reached from the engine: {answer.Message}",
                "give the engine a way to the registry, or load the image with docker load", [answer.Message]),
        };
    }

    private static Finding Unavailable(PhaseService service, string message, string remedy, IReadOnlyList<string> evidence) => TextChecks.Located(
        new Finding(PreflightRules.Image, FailureClass.ImageUnavailable, Certainty.Certain, message, $"services/{service.Service.Name}/image", remedy)
        {
            Service = service.Service.Name,
            Evidence = evidence,
            NextCommand = $"docker pull {((PinnedImage)service.Source).Reference}",
        },
        service.Service.Locations.GetValueOrDefault("image") ?? service.Service.Location);
}
