using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>An image that a service needs from a registry.</summary>
/// <param name="Reference">The image.</param>
/// <param name="Text">As it is written, variables expanded.</param>
/// <param name="Key">The key of the compose file that leads to it, below the service.</param>
/// <param name="Written">The instruction of the Dockerfile that names it; the same as <paramref name="Text"/> without one.</param>
/// <param name="Line">The line of that instruction, or null.</param>
internal sealed record UsedImage(ImageReference Reference, string Text, string Key, string Written, int? Line)
{
    /// <summary>True when the instruction names a platform of its own (<c>FROM --platform</c>).</summary>
    public bool HasOwnPlatform { get; init; }
}

/// <summary>Finds them.</summary>
internal static class UsedImages
{
    /// <summary>The images that <paramref name="subject"/> needs: its own when it is pre-built, else those that its Dockerfile builds and copies from. What
    /// depends on an unknown value is left out, and so is what the stack builds itself.</summary>
    public static IReadOnlyList<UsedImage> Of(ServiceSubject subject)
    {
        if (subject.Service.Build is null)
            return ImagePins.PulledBy(subject.Rollout, subject.Service) is { } image ? [new UsedImage(image, subject.Service.Image!, "image", subject.Service.Image!, null)] : [];

        if (subject.Dockerfile is not { Source.HasForeignSyntax: false } dockerfile)
            return [];

        var built = StackImages.Of(subject.Rollout);
        return
        [
            .. NeededImage.Of(dockerfile).Select(Read).OfType<UsedImage>()
                .Where(used => !built.Contains(used.Reference))
                .DistinctBy(used => used.Reference.ToString()),
        ];
    }

    /// <summary>The images that a build of <paramref name="subject"/> takes for the platform that it builds for.</summary>
    public static IReadOnlyList<string> BasesOf(ServiceSubject subject) =>
        subject.Service.Build is null ? [] : [.. Of(subject).Where(image => !image.HasOwnPlatform).Select(image => image.Text)];

    private static UsedImage? Read(NeededImage image) => ImageReference.Parse(image.Name) is { } reference
        ? new UsedImage(reference, image.Name, "build/context", $"{image.Instruction.Keyword} {image.Instruction.Text}", image.Instruction.Line)
        {
            HasOwnPlatform = image.OwnPlatform is not null,
        }
        : null;
}
