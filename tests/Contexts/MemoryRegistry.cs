using System.Collections.Concurrent;
using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts;

/// <summary>Registries in memory; what was not put there cannot be asked.</summary>
internal sealed class MemoryRegistry : IImageRegistry
{
    private readonly ConcurrentQueue<string> asked = [];

    /// <summary>The answers by reference, as <see cref="ImageReference.ToString"/> writes it.</summary>
    public Dictionary<string, ImageAnswer> Answers { get; } = [];

    /// <summary>The platforms by reference.</summary>
    public Dictionary<string, IReadOnlyList<ImagePlatform>> Platforms { get; } = [];

    /// <summary>What is said of all others.</summary>
    public ImageAnswer Otherwise { get; init; } = new RegistryUnreachable("no route to host");

    public IReadOnlyList<string> Asked => [.. asked];

    public Task<ImageAnswer> FindAsync(ImageReference image, CancellationToken cancellationToken)
    {
        asked.Enqueue(image.ToString());
        return Task.FromResult(Answers.GetValueOrDefault(image.ToString()) ?? Otherwise);
    }

    public Task<IReadOnlyList<ImagePlatform>?> PlatformsAsync(ImageReference image, CancellationToken cancellationToken) =>
        Task.FromResult(Platforms.GetValueOrDefault(image.ToString()));
}
