using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>A stack and the order in which it goes out. Made by the reader from a compose file without problems.</summary>
public sealed record Rollout
{
    /// <summary>The project's name: <c>name</c>, else the name of the compose file's folder, made fit as Compose does.</summary>
    public required string Project { get; init; }

    /// <summary>The document as written: merged, not interpolated.</summary>
    public required ComposeFile Source { get; init; }

    /// <summary>The services in the order of the file.</summary>
    public required IReadOnlyList<Service> Services { get; init; }

    /// <summary>The phases in order; every service is in exactly one.</summary>
    public required IReadOnlyList<PhaseDefinition> Phases { get; init; }

    /// <summary>What must answer before phase 1: <c>x-rollout.requires</c>, then what the services' own connection strings say; no address twice.</summary>
    public IReadOnlyList<Requirement> Requirements { get; init; } = [];

    /// <summary><c>x-rollout.accept</c>.</summary>
    public IReadOnlyList<AcceptedFinding> Accepted { get; init; } = [];

    /// <summary><c>x-rollout.owners</c>: the owners of repositories that contexts may come from; null for any.</summary>
    public IReadOnlyList<string>? Owners { get; init; }

    /// <summary>The networks that services use, by key.</summary>
    public IReadOnlyDictionary<string, NetworkDefinition> Networks { get; init; } = new Dictionary<string, NetworkDefinition>();

    /// <summary>The named volumes, by key.</summary>
    public IReadOnlyDictionary<string, VolumeDefinition> Volumes { get; init; } = new Dictionary<string, VolumeDefinition>();

    /// <summary>Variables that the file needs and that have no value; Preflight blocks on them.</summary>
    public IReadOnlyList<UnsetVariable> UnsetVariables { get; init; } = [];

    /// <summary>Keys outside any service that a deployment to an engine does not honour yet.</summary>
    public IReadOnlyList<UndeployableKey> UndeployableKeys { get; init; } = [];

    /// <summary>The values that must never be seen: of variables whose names or places say that they are secret.</summary>
    public IReadOnlyList<string> SecretValues { get; init; } = [];

    /// <summary>The service called <paramref name="name"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Service this[string name] =>
        Services.FirstOrDefault(service => service.Name == name) ?? throw new KeyNotFoundException($"no service '{name}'");
}

/// <summary>A phase as the user declared it.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Title">Its title.</param>
/// <param name="Services">Its services, in the order of the declaration.</param>
public sealed record PhaseDefinition(int Number, string Title, IReadOnlyList<string> Services);

/// <summary>A database or cache that must answer.</summary>
/// <param name="Url">The connection string, with its password; never shown.</param>
/// <param name="Where">The path of the key it stands in.</param>
/// <param name="Service">The service it was derived from, or null when it was declared.</param>
/// <param name="Location">Where it stands.</param>
public sealed record Requirement(string Url, string Where, string? Service, SourceLocation Location);

/// <summary>A network.</summary>
/// <param name="Key">Its key in the compose file.</param>
/// <param name="Name">Its name on the engine.</param>
/// <param name="External">True when somebody else made it.</param>
/// <param name="Driver">Its driver, or null for the engine's own.</param>
/// <param name="Location">Where it is declared; where it is used when it is implicit.</param>
public sealed record NetworkDefinition(string Key, string Name, bool External, string? Driver, SourceLocation Location)
{
    /// <summary><c>driver_opts</c>.</summary>
    public IReadOnlyDictionary<string, string> DriverOptions { get; init; } = new Dictionary<string, string>();

    /// <summary><c>labels</c>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary><c>internal</c>: no way out.</summary>
    public bool Internal { get; init; }

    /// <summary><c>attachable</c>.</summary>
    public bool Attachable { get; init; }
}

/// <summary>A named volume.</summary>
/// <param name="Key">Its key in the compose file.</param>
/// <param name="Name">Its name on the engine.</param>
/// <param name="External">True when somebody else made it.</param>
/// <param name="Driver">Its driver, or null for the engine's own.</param>
/// <param name="Location">Where it is declared.</param>
public sealed record VolumeDefinition(string Key, string Name, bool External, string? Driver, SourceLocation Location)
{
    /// <summary><c>driver_opts</c>.</summary>
    public IReadOnlyDictionary<string, string> DriverOptions { get; init; } = new Dictionary<string, string>();

    /// <summary><c>labels</c>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>A variable without a value.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Where">The path of the key that uses it first.</param>
/// <param name="Message">What the author wrote after <c>:?</c>, or null.</param>
/// <param name="Location">Where it is used first.</param>
public sealed record UnsetVariable(string Name, string Where, string? Message, SourceLocation Location);
