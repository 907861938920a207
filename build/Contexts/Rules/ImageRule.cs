using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>VC216: the images that the stack pulls and builds from are in their registries. It never blocks: the engine may have an image that its
/// registry has not, and Preflight looks there.</summary>
/// <param name="registry">The registries.</param>
public sealed class ImageRule(IImageRegistry registry) : IServiceRule
{
    private const string Id = "VC216";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> CheckAsync(ServiceSubject subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var findings = await Task.WhenAll(UsedImages.Of(subject).Select(async image =>
            Judge(subject, image, await registry.FindAsync(image.Reference, cancellationToken))));
        // Of the whole stack one finding says which registries could not be asked.
        var silence = subject.Stack is [var first, ..] && ReferenceEquals(subject, first) ? await FindSilenceAsync(subject, cancellationToken) : null;
        return [.. findings.Append(silence).OfType<Finding>()];
    }

    private async Task<Finding?> FindSilenceAsync(ServiceSubject subject, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(subject.Stack.SelectMany(UsedImages.Of).DistinctBy(image => image.Reference.ToString())
            .Select(async image => (image.Reference, Answer: await registry.FindAsync(image.Reference, cancellationToken))));
        var silent = answers.Where(it => it.Answer is RegistryUnreachable).ToList();
        if (silent.Count == 0)
            return null;

        return new Finding(
            Id, FailureClass.ImageUnavailable, Certainty.Hint,
            Shown.Safe($"unknown: {TreeFolders.Enumerate(silent.Select(it => it.Reference.Registry).Distinct(), 4)} could not be asked whether "
                + $"{TreeFolders.Enumerate(silent.Select(it => it.Reference.ToString()), 4)} {(silent.Count == 1 ? "is" : "are")} there; tags stay as they are written", 1000),
            "services",
            "nothing, when the engine has the images or a way of its own; --no-registries asks no registry")
        {
            Evidence = [.. silent.Select(it => Shown.Safe(((RegistryUnreachable)it.Answer).Message)).Distinct().Take(4)],
        };
    }

    private static Finding? Judge(ServiceSubject subject, UsedImage image, ImageAnswer answer)
    {
        var shown = $"'{image.Text}'";
        return answer switch
        {
            ImageAbsent { HasRepository: true } absent => About(Certainty.Likely,
                $"{image.Reference.Registry} has {Repository(image)}, but nothing under {(image.Reference.Digest is null ? "the tag" : "the digest")} '{image.Reference.Manifest}' of {shown}",
                absent.NearestTag is { } near ? $"{image.Reference.Name}:{near}" : "a tag that the repository has"),
            ImageAbsent => About(Certainty.Likely, $"{image.Reference.Registry} has no {shown}", "the name and tag of an image that is there, or push it first"),
            ImageDenied { LoggedIn: false } => About(Certainty.Likely,
                $"{image.Reference.Registry} shows {shown} to nobody without a login: it does not exist, or it is private",
                $"correct the name, or log in: docker login {image.Reference.Registry}"),
            ImageDenied denied => About(Certainty.Likely,
                $"{image.Reference.Registry} refuses {shown} to the login of the Docker configuration ({denied.Message}): it does not exist, or the login may not read it",
                $"correct the name, or log in as somebody who may read it: docker login {image.Reference.Registry}"),
            RegistryBusy busy => About(Certainty.Hint,
                $"unknown: {image.Reference.Registry} has no requests left for us and did not say whether {shown} is there"
                    + (busy.RetryAfter is { } wait ? FormattableString.Invariant($" (again in {Math.Ceiling(wait.TotalSeconds)} s)") : ""),
                $"log in, which raises the limit: docker login {image.Reference.Registry}"),
            _ => null,
        };

        Finding About(Certainty certainty, string message, string suggestion) =>
            Findings.About(subject, image.Key, Id, certainty, message, suggestion) with
            {
                Evidence = image.Line is { } line ? [Findings.OfDockerfile(subject, line, image.Written)] : [],
                NextCommand = certainty == Certainty.Likely ? $"docker manifest inspect {image.Reference}" : null,
            };
    }

    private static string Repository(UsedImage image) => $"a repository {image.Reference.Repository}";
}
