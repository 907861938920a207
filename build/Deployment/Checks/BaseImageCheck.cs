using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Are the images that builds begin with there for the target's processor?</summary>
internal sealed class BaseImageCheck(ITargetObserver target, IImageRegistry? registry, string platform)
{
    public async Task<IReadOnlyList<Finding>> CheckAsync(IReadOnlyList<VerifiedService> services, CancellationToken cancellationToken)
    {
        var platforms = (await Task.WhenAll(services.SelectMany(service => service.BaseImages).Distinct(StringComparer.Ordinal)
            .Select(async image => (Image: image, Platforms: await PlatformsAsync(image, cancellationToken))))).ToDictionary(it => it.Image, it => it.Platforms);
        return
        [
            .. (from service in services
                from image in service.BaseImages
                select PlatformRules.Base(service.Service, image, platforms[image], platform)).OfType<Finding>(),
        ];
    }

    // Of an image that is not on the target its registry knows; one that did not say whether it has it is not asked again.
    private async Task<IReadOnlyList<ImagePlatform>?> PlatformsAsync(string image, CancellationToken cancellationToken)
    {
        if (await target.FindImageAsync(image, cancellationToken) is { } local)
            return local.Platform is { } made ? [made] : null;

        return registry is not null && ImageReference.Parse(image) is { } reference && await registry.FindAsync(reference, cancellationToken) is ImageFound
            ? await registry.PlatformsAsync(reference, cancellationToken)
            : null;
    }
}
