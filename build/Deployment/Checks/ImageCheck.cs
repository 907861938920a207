using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Are the pre-built images on the target, or to be had from their registries, and for its processor?</summary>
internal sealed class ImageCheck(ITargetObserver target, string platform)
{
    public async Task<IReadOnlyList<Finding>> CheckAsync(IReadOnlyList<Phase> phases, CancellationToken cancellationToken)
    {
        var findings = await Task.WhenAll(
            from service in phases.SelectMany(phase => phase.Services)
            where service.Source is PinnedImage
            select CheckAsync(service.Service, (PinnedImage)service.Source, cancellationToken));
        return [.. findings.OfType<Finding>()];
    }

    private async Task<Finding?> CheckAsync(Service service, PinnedImage image, CancellationToken cancellationToken)
    {
        var policy = service.PullPolicy;
        var local = await target.FindImageAsync(image.Pinned, cancellationToken);
        if (local is not null && (policy != "always" || image.Digest is not null))
            return PlatformRules.Local(service, image.Reference, local.Platform, platform);

        if (policy == "never")
            return Unavailable(service, image, $"the image '{image.Reference}' is not on the target, and pull_policy is never", "load it, or change pull_policy");

        var answer = await target.AskRegistryAsync(image.Pinned, cancellationToken);
        if (answer.Available == true)
            return PlatformRules.InRegistry(service, image.Reference, answer.Platforms, platform);

        // What was verified cannot be had there; the deployment takes what the target has under the tag, and says so.
        if (image.Digest is not null && policy != "always" && await target.FindImageAsync(image.Reference, cancellationToken) is { } tagged)
        {
            return Unavailable(service, image, $"'{image.Pinned}' cannot be pulled from the engine ({answer.Message}); what it has as '{image.Reference}' is deployed: {tagged.Id}",
                "give the engine a way to the registry, or set pull_policy to never when its own image is meant") with
            {
                Certainty = Certainty.Hint,
            };
        }

        return answer.Available is false
            ? Unavailable(service, image, $"the registry refuses '{image.Pinned}': {answer.Message}",
                "correct the reference, or log in to its registry with docker login", answer.Message)
            : Unavailable(service, image, $"the registry of '{image.Pinned}' cannot be reached from the engine: {answer.Message}",
                "give the engine a way to the registry, or load the image with docker load", answer.Message);
    }

    private static Finding Unavailable(Service service, PinnedImage image, string message, string remedy, params IReadOnlyList<string> evidence) => TextChecks.Located(
        new Finding(PreflightRules.Image, FailureClass.ImageUnavailable, Certainty.Certain, message, $"services/{service.Name}/image", remedy)
        {
            Service = service.Name,
            Evidence = evidence,
            NextCommand = $"docker pull {image.Pinned}",
        },
        service.Locations.GetValueOrDefault("image") ?? service.Location);
}
