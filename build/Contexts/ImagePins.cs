using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>Resolves the tags of pre-built images to what they stand for now, so that what was verified is what is deployed.</summary>
public sealed class ImagePins
{
    private readonly IReadOnlyDictionary<string, Task<ImageAnswer>> answers;

    private ImagePins(IReadOnlyDictionary<string, Task<ImageAnswer>> answers) => this.answers = answers;

    /// <summary>Begins to ask; nothing is waited for.</summary>
    /// <param name="registry">The registries; an image that a rule has asked for is not asked for again.</param>
    /// <param name="rollout">The stack.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    public static ImagePins Ask(IImageRegistry registry, Rollout rollout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(rollout);
        return new ImagePins(rollout.Services
            .Select(service => (service.Name, Image: PulledBy(rollout, service)))
            // A digest that is written needs no answer.
            .Where(service => service.Image is { Digest: null })
            .ToDictionary(service => service.Name, service => registry.FindAsync(service.Image!, cancellationToken), StringComparer.Ordinal));
    }

    /// <summary>The same rollout, with the digest of every pre-built image whose registry answered.</summary>
    public async Task<VerifiedRollout> ApplyAsync(VerifiedRollout verified)
    {
        ArgumentNullException.ThrowIfNull(verified);
        return verified with { Services = await Task.WhenAll(verified.Services.Select(ApplyAsync)) };
    }

    /// <summary>The image of <paramref name="service"/> that a registry decides about; null for one that is built, that must be on the target already
    /// (<c>pull_policy: never</c>), or that another service of the stack builds.</summary>
    internal static ImageReference? PulledBy(Rollout rollout, Service service) =>
        service is { Build: null, PullPolicy: not "never", Image: { } text } && ImageReference.Parse(text) is { } image && !StackImages.Of(rollout).Contains(image)
            ? image
            : null;

    private async Task<VerifiedService> ApplyAsync(VerifiedService service) =>
        answers.TryGetValue(service.Service.Name, out var answer) && await answer is ImageFound found
            ? service with { ImageDigest = found.Digest }
            : service;
}
