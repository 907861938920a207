using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>The images that the stack builds itself: a registry has no say in them.</summary>
internal sealed class StackImages
{
    private readonly HashSet<(string Registry, string Repository, string Tag)> built;

    private StackImages(IEnumerable<ImageReference> images) => built = [.. images.Select(Key)];

    /// <summary>Those of <paramref name="rollout"/>.</summary>
    public static StackImages Of(Rollout rollout) => new(
        rollout.Services.Where(service => service.Build is not null)
            // Compose calls an image that has no name project-service.
            .SelectMany(service => new[] { service.Image, $"{rollout.Project}-{service.Name}", $"{rollout.Project}_{service.Name}" })
            .Select(name => name is null ? null : ImageReference.Parse(name.ToLowerInvariant()))
            .OfType<ImageReference>());

    /// <summary>True when a service of the stack builds it.</summary>
    public bool Contains(ImageReference image) => image.Digest is null && built.Contains(Key(image));

    private static (string, string, string) Key(ImageReference image) => (image.Registry, image.Repository, image.Tag);
}
