using System.Text.RegularExpressions;

namespace PhasedRollout.Deployment.Images;

/// <summary>Knows the words of a builder under which somebody removed the layers that it had just made or was about to build on: the classic builder
/// keeps an image of every step that nothing else refers to, and a prune, or the removal of another project's image, takes it away.</summary>
internal static partial class LostLayers
{
    /// <summary>True for such an error. An image that the Dockerfile names, by whatever name, is another matter.</summary>
    public static bool Names(string error) => Form().IsMatch(error);

    // moby, image/store.go, layer/layer_store.go, daemon/images and builder/dockerfile.
    [GeneratedRegex(@"No such image: sha256:[0-9a-f]{12,64}\b|unknown parent image ID sha256:|\blayer does not exist\b|failed to get digest sha256:",
        RegexOptions.IgnoreCase)]
    private static partial Regex Form();
}
