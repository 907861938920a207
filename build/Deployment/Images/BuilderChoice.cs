using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Deployment.Images;

/// <summary>Which of an engine's builders builds an image: BuildKit, except where the classic one alone does what <c>docker build</c> would.</summary>
internal static class BuilderChoice
{
    /// <summary>Chooses.</summary>
    /// <param name="hasBuildKit">True when the engine has BuildKit.</param>
    /// <param name="dockerfile">The Dockerfile.</param>
    /// <param name="keepsDockerfileAway">True when the ignore file leaves out the Dockerfile or itself: the classic builder takes them out of the context
    /// after it read them, and BuildKit takes the whole archive for the context.</param>
    public static ImageBuilder Of(bool hasBuildKit, EvaluatedDockerfile dockerfile, bool keepsDockerfileAway)
    {
        if (!hasBuildKit)
            return ImageBuilder.Classic;
        // How many files a pattern matches is not known here: it may be several.
        if (BuildKitNeeds.Of(dockerfile, _ => int.MaxValue).Any(need => need.IsUpToTarget))
            return ImageBuilder.BuildKit;

        // BuildKit would ask a registry for a frontend that the file can do without.
        return keepsDockerfileAway || dockerfile.Source.Syntax is not null ? ImageBuilder.Classic : ImageBuilder.BuildKit;
    }

    /// <summary>The images that BuildKit asks registries for: those that the build stands on, and the frontend that the file names.</summary>
    public static IReadOnlyList<ImageToPull> Images(EvaluatedDockerfile dockerfile, string? platform)
    {
        var bases = NeededImage.Of(dockerfile).Select(image => (image.Name, Platform: Platform(image.OwnPlatform, platform)));
        return
        [
            .. bases.Concat(dockerfile.Source.Syntax is { } frontend ? [(frontend, null)] : Array.Empty<(string, string?)>())
                .Select(image => Rollouts.ImageReference.Parse(image.Item1) is { } reference ? new ImageToPull(reference, image.Item2) : null)
                .OfType<ImageToPull>().Distinct(),
        ];
    }

    private static string? Platform(string? own, string? ofBuild) => own switch
    {
        null or "$TARGETPLATFORM" or "${TARGETPLATFORM}" => ofBuild,
        _ when own.Contains('$', StringComparison.Ordinal) => null,
        _ => own,
    };
}
