using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Images;

internal sealed partial class PhaseImages
{
    private async Task<IReadOnlyList<(string, PreparedImage)>> PullAllAsync(Phase phase, CancellationToken cancellationToken)
    {
        var pulls = phase.Services.Where(service => service.Source is PinnedImage).ToArray();
        return await Workers.RunAsync(pulls, settings.Parallelism, PullAsync, cancellationToken);
    }

    private async Task<(string, PreparedImage)> PullAsync(PhaseService service, CancellationToken cancellationToken)
    {
        var name = service.Service.Name;
        var wanted = (PinnedImage)service.Source;
        var policy = service.Service.PullPolicy;
        var image = await target.FindImageAsync(wanted.Pinned, cancellationToken);
        // A digest always names the same bytes: what is there need not be fetched again.
        if (image is null || (policy == "always" && wanted.Digest is null))
        {
            if (policy == "never")
                throw new ImageFailedException(new PullFailed(name, wanted.Reference, "pull_policy is never and the image is not on the target"));

            if (await PullAsync(service, wanted.Pinned, image is null ? "it is not on the target" : "pull_policy is always", cancellationToken) is { } error)
                return (name, await FallBackAsync(service, wanted, error, cancellationToken));

            image = await target.FindImageAsync(wanted.Pinned, cancellationToken)
                ?? throw new ImageFailedException(new PullFailed(name, wanted.Pinned, "the engine pulled it and does not have it"));
        }

        if (wanted.Digest is not null)
            await TagAsync(wanted, image, cancellationToken);
        return (name, new PreparedImage(wanted.Pinned, image.Id, image.Id));
    }

    private async Task<string?> PullAsync(PhaseService service, string reference, string cause, CancellationToken cancellationToken)
    {
        var name = service.Service.Name;
        log.Information($"{name}: pulling {reference}");
        using var step = log.Begin(new RunStep(StepKind.Pull, name) { AtMost = settings.ImageTimeout });
        var started = clock.GetTimestamp();
        var error = await ImagePatience.WithinAsync(settings.ImageTimeout,
            token => target.Because(cause).PullImageAsync(reference, service.Service.Platform, Show, token),
            $"not pulled within {settings.ImageTimeout}", cancellationToken);
        if (error is null)
            log.Information($"{name}: pulled {reference} in {ImagePatience.Took(clock, started)}");
        return error;

        void Show(string line)
        {
            log.Debug($"[{name}] {line}");
            step.Say(line);
        }
    }

    // An engine without a way to the registry may have been given the image under its tag.
    private async Task<PreparedImage> FallBackAsync(PhaseService service, PinnedImage wanted, string error, CancellationToken cancellationToken)
    {
        if (wanted.Digest is null || service.Service.PullPolicy == "always"
            || await target.FindImageAsync(wanted.Reference, cancellationToken) is not { } local)
            throw new ImageFailedException(new PullFailed(service.Service.Name, wanted.Pinned, error));

        log.Warning($"{service.Service.Name}: {wanted.Pinned} cannot be pulled ({error}); what the target has as {wanted.Reference} is deployed: {local.Id}");
        return new PreparedImage(wanted.Reference, local.Id, local.Id);
    }

    // Pulled by digest alone it would have no tag: a later run whose registry does not answer asks for the tag.
    private async Task TagAsync(PinnedImage wanted, DeployedImage image, CancellationToken cancellationToken)
    {
        if ((await target.FindImageAsync(wanted.Reference, cancellationToken))?.Id != image.Id)
            await target.Because("it was pulled by its digest, and is asked for by its tag").TagImageAsync(image.Id, wanted.Reference, cancellationToken);
    }
}
