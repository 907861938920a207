using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>An image that a service needs from a registry.</summary>
/// <param name="Reference">The image.</param>
/// <param name="Text">As it is written, variables expanded.</param>
/// <param name="Key">The key of the compose file that leads to it, below the service.</param>
/// <param name="Written">The instruction of the Dockerfile that names it; the same as <paramref name="Text"/> without one.</param>
/// <param name="Line">The line of that instruction, or null.</param>
internal sealed record UsedImage(ImageReference Reference, string Text, string Key, string Written, int? Line);

/// <summary>Finds them.</summary>
internal static class UsedImages
{
    /// <summary>The images that <paramref name="subject"/> needs. What depends on an unknown value is left out, and so is what the stack builds itself.</summary>
    public static IReadOnlyList<UsedImage> Of(ServiceSubject subject) => ImagePins.PulledBy(subject.Rollout, subject.Service) is { } image
        ? [new UsedImage(image, subject.Service.Image!, "image", subject.Service.Image!, null)]
        : [];
}
