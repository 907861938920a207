using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>VC216 in Preflight: an image is there for the platform that it has to run on.</summary>
internal static class PlatformRules
{
    /// <summary>An image that the target has. Certain it is not: the target may emulate the other processor.</summary>
    public static Finding? Local(Service service, string image, ImagePlatform? made, string target)
    {
        if (service.Platform is not null || made is null || ImagePlatform.Parse(target) is not { } host || made.RunsOn(host))
            return null;

        return About(service, Certainty.Likely, $"'{image}' on the target is made for {made}; the target is {host}",
            $"pull or build it for {host}, or write platform: {made} when the target emulates that");
    }

    /// <summary>An image that would be pulled. Of a list without the wanted platform no engine pulls anything; a single image is pulled all the same.</summary>
    public static Finding? InRegistry(Service service, string image, IReadOnlyList<ImagePlatform>? offered, string target)
    {
        if (offered is not { Count: > 0 } || ImagePlatform.Parse(service.Platform ?? target) is not { } wanted || offered.Any(platform => platform.RunsOn(wanted)))
            return null;

        return About(service, offered.Count > 1 ? Certainty.Certain : Certainty.Likely,
            $"'{image}' is there for {string.Join(", ", offered.Take(8))}, and not for {wanted}" + (service.Platform is null ? ", the target's platform" : ""),
            $"take an image that is there for {wanted}, or publish this one for it (docker buildx build --platform {wanted} --push)");
    }

    /// <summary>A base image that the target has, or that a build would pull. The builder may have one of its own: likely at most.</summary>
    public static Finding? Base(Service service, string image, IReadOnlyList<ImagePlatform>? offered, string target)
    {
        if (offered is not { Count: > 0 } || ImagePlatform.Parse(service.Platform ?? target) is not { } wanted || offered.Any(platform => platform.RunsOn(wanted)))
            return null;

        return About(service, Certainty.Likely,
            $"the base image '{image}' is there for {string.Join(", ", offered.Take(8))}, and not for {wanted}" + (service.Platform is null ? ", the target's platform" : ""),
            $"FROM an image that is there for {wanted}") with
        {
            Where = $"services/{service.Name}/build",
        };
    }

    private static Finding About(Service service, Certainty certainty, string message, string remedy) => TextChecks.Located(
        new Finding(PreflightRules.Platform, FailureClass.ImageUnavailable, certainty, Shown.Safe(message, 1000), $"services/{service.Name}/image", remedy)
        {
            Service = service.Name,
        },
        service.Locations.GetValueOrDefault("image") ?? service.Location);
}
