using PhasedRollout.Contexts.Rules.Wiring;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>A server that a container starts, and where it listens.</summary>
/// <param name="Server">The server as people call it.</param>
/// <param name="Port">The port; null when it is not known.</param>
/// <param name="Host">The address; null for all, or when it is not known.</param>
internal sealed record Listener(string Server, int? Port, string? Host = null)
{
    /// <summary>False when a file, a default or something in front of it may decide otherwise.</summary>
    public bool IsSure { get; init; } = true;

    /// <summary>False for what does not speak HTTP, such as FastCGI.</summary>
    public bool IsHttp { get; init; } = true;

    /// <summary>The text that it is given for a port and that is none, such as <c>$PORT</c> where no shell reads it; or null.</summary>
    public string? Broken { get; init; }

    /// <summary>True when only the container itself reaches it.</summary>
    public bool IsLoopback => Host is not null && NamedServices.IsLoopback(Host);
}
