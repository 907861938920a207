using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Registries;

/// <summary>Asks registries by the OCI Distribution Specification, with the credentials of the Docker configuration. A tag costs a HEAD, which
/// Docker Hub does not count as a pull.</summary>
public sealed class RegistryClient : IImageRegistry, IDisposable
{
    /// <summary>How long an image's registry may take for everything that it is asked about it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private readonly RegistryCredentials credentials;
    private readonly IRunLog log;
    private readonly RegistryWire wire;
    private readonly ConcurrentDictionary<string, Lazy<Task<ImageAnswer>>> answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string, string), RegistrySession> sessions = new();

    /// <summary>Prepares it; nothing is sent before the first question.</summary>
    /// <param name="credentials">Who we are to which registry.</param>
    /// <param name="log">Where it says what it asked.</param>
    public RegistryClient(RegistryCredentials credentials, IRunLog log)
        : this(credentials, log, null)
    {
    }

    internal RegistryClient(RegistryCredentials credentials, IRunLog log, HttpMessageHandler? network)
    {
        this.credentials = credentials;
        this.log = log;
        wire = new RegistryWire(network);
    }

    /// <inheritdoc />
    public async Task<ImageAnswer> FindAsync(ImageReference image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var asked = answers.GetOrAdd($"{image.Registry}/{image.Repository}:{image.Manifest}", _ => new Lazy<Task<ImageAnswer>>(async () =>
        {
            var answer = await WithinAsync(token => HeadAsync(image, token), error => new RegistryUnreachable(error), image, cancellationToken);
            log.Debug($"{image.Registry} about {image.Repository}:{image.Manifest}: {Shown.Safe(answer.ToString())}");
            return answer;
        }));
        return await asked.Value.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<ImagePlatform>?> PlatformsAsync(ImageReference image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        return WithinAsync(token => ReadPlatformsAsync(image, token), _ => null, image, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => wire.Dispose();

    private static async Task<T> WithinAsync<T>(
        Func<CancellationToken, Task<T>> ask, Func<string, T> failed, ImageReference image, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await ask(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return failed($"{image.Registry} did not answer in time");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException or FormatException)
        {
            return failed(Shown.Safe($"{image.Registry}: {error.GetBaseException().Message}"));
        }
    }

    private async Task<ImageAnswer> HeadAsync(ImageReference image, CancellationToken cancellationToken)
    {
        var session = SessionOf(image);
        using var answer = await session.SendAsync(HttpMethod.Head, $"manifests/{image.Manifest}", Manifests.Types, cancellationToken);
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK:
                return new ImageFound(image.Digest ?? Manifests.DigestOf(answer) ?? await ComputeDigestAsync(session, image, cancellationToken));
            case HttpStatusCode.NotFound:
                return await ExplainAbsenceAsync(session, image, cancellationToken);
            // Docker Hub's own images are all public: it answers 401 for those that do not exist.
            case HttpStatusCode.Unauthorized when IsOfficial(image) && !session.LoggedIn:
                return new ImageAbsent(HasRepository: false, null);
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                return new ImageDenied(session.LoggedIn, $"it answered {(int)answer.StatusCode}");
            case HttpStatusCode.TooManyRequests:
                return new RegistryBusy(answer.Headers.RetryAfter?.Delta);
            default:
                return new RegistryUnreachable($"{image.Registry} answered {(int)answer.StatusCode} {Shown.Safe(answer.ReasonPhrase ?? "")}".TrimEnd());
        }
    }

    private static bool IsOfficial(ImageReference image) =>
        image.Registry == ImageReference.DockerHub && image.Repository.StartsWith("library/", StringComparison.Ordinal);

    // The header may be absent from a HEAD; the digest is then that of the manifest's bytes.
    private static async Task<string> ComputeDigestAsync(RegistrySession session, ImageReference image, CancellationToken cancellationToken)
    {
        using var answer = await session.SendAsync(HttpMethod.Get, $"manifests/{image.Manifest}", Manifests.Types, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return Manifests.DigestOf(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    private static async Task<ImageAnswer> ExplainAbsenceAsync(RegistrySession session, ImageReference image, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await session.SendAsync(HttpMethod.Get, "tags/list", [], cancellationToken);
            if (!answer.IsSuccessStatusCode)
                return new ImageAbsent(answer.StatusCode == HttpStatusCode.NotFound ? false : null, null);

            var tags = Manifests.TagsOf(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            // A repository whose last image was deleted has no tags.
            return tags.Count == 0 ? new ImageAbsent(null, null) : new ImageAbsent(true, image.Digest is null ? NearestName.Of(image.Tag, tags) : null);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
        {
            return new ImageAbsent(null, null);
        }
    }

    private async Task<IReadOnlyList<ImagePlatform>?> ReadPlatformsAsync(ImageReference image, CancellationToken cancellationToken)
    {
        var session = SessionOf(image);
        using var answer = await session.SendAsync(HttpMethod.Get, $"manifests/{image.Manifest}", Manifests.Types, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            return null;

        var manifest = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        if (Manifests.PlatformsOf(manifest) is { } listed)
            return listed;
        if (Manifests.ConfigurationOf(manifest) is not { } blob)
            return null;

        using var configuration = await session.SendAsync(HttpMethod.Get, $"blobs/{blob}", [], cancellationToken);
        return configuration.IsSuccessStatusCode
            && Manifests.PlatformOfConfiguration(await configuration.Content.ReadAsByteArrayAsync(cancellationToken)) is { } only ? [only] : null;
    }

    private RegistrySession SessionOf(ImageReference image) => sessions.GetOrAdd(
        (image.Registry, image.Repository), key => new RegistrySession(key.Item1, key.Item2, wire, credentials));
}
