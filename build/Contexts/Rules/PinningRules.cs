using System.Globalization;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>VC802: what the file names may be something else tomorrow. One finding for all branches and one for all images, so that they do not flood the screen;
/// the phase files name the commit and, where the registry answered, the digest.</summary>
internal sealed class PinningRules : IRolloutRule
{
    private const int Named = 4;

    public IEnumerable<Finding> Check(Rollout rollout)
    {
        var branches = rollout.Services
            .Where(service => service.Build?.Reference is RepositoryContext { Ref: { } reference } && !IsCommit(reference))
            .ToList();
        if (branches.Count > 0)
        {
            var refs = branches.Select(service => (RepositoryContext)service.Build!.Reference).Select(context => $"{context.Repository}#{context.Ref}").Distinct().ToList();
            yield return About(
                branches[0], "build/context",
                $"{Count(branches.Count, "context")} {(branches.Count == 1 ? "names" : "name")} a branch or tag ({List(refs)}), which moves; the phase files pin the commit that it stands for now",
                "nothing while every deployment shall take the newest; else the 40 digits of a commit after '#'", branches);
        }

        var images = rollout.Services.Where(service => service is { Build: null, Image: { } image } && !image.Contains("@sha256:", StringComparison.Ordinal)).ToList();
        if (images.Count > 0)
        {
            var latest = images.Count(service => KnownImage.TagOf(service.Image!) is null or "latest");
            yield return About(
                images[0], "image",
                $"{Count(images.Count, "image")} without a digest ({List([.. images.Select(service => service.Image!).Distinct()])})"
                    + (latest > 0 ? string.Create(CultureInfo.InvariantCulture, $", {latest} of them 'latest'") : "") + ": its tag may be given to another image",
                $"image: {images[0].Image!.Split('@')[0]}@sha256:<digest> (docker buildx imagetools inspect prints it)", images);
        }
    }

    private static Finding About(Service first, string key, string message, string suggestion, List<Service> services) =>
        Findings.About(first, key, "VC802", FailureClass.ImageUnavailable, Certainty.Hint, message, suggestion) with
        {
            // It is about the whole file, though it points to the first.
            Service = null,
            Evidence = services.Count > 1 ? [Shown.Safe($"services: {string.Join(", ", services.Select(service => service.Name))}", 1000)] : [],
        };

    private static bool IsCommit(string reference) => reference.Length == 40 && reference.All(char.IsAsciiHexDigit);

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string List(List<string> names) => TreeFolders.Enumerate(names, Named);
}
