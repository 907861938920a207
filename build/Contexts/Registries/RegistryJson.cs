using System.Text.Json.Serialization;

namespace PhasedRollout.Contexts.Registries;

/// <summary>Docker's <c>config.json</c>: what we use of it.</summary>
internal sealed record DockerConfigFile
{
    /// <summary>Credentials by registry.</summary>
    [JsonPropertyName("auths")]
    // Generated readers overwrite the default of an init-only property that the file lacks.
    public Dictionary<string, DockerConfigAuthentication> Auths { get; set; } = [];

    /// <summary>Helper programs by registry.</summary>
    [JsonPropertyName("credHelpers")]
    public Dictionary<string, string> CredHelpers { get; set; } = [];

    /// <summary>The helper program of every other registry.</summary>
    [JsonPropertyName("credsStore")]
    public string? CredsStore { get; init; }
}

/// <summary>The credentials of a registry in <c>config.json</c>.</summary>
internal sealed record DockerConfigAuthentication
{
    /// <summary>Name and password with a colon between them, in base64.</summary>
    [JsonPropertyName("auth")]
    public string? Auth { get; init; }

    /// <summary>The name.</summary>
    [JsonPropertyName("username")]
    public string? Username { get; init; }

    /// <summary>The password.</summary>
    [JsonPropertyName("password")]
    public string? Password { get; init; }

    /// <summary>A token that stands for both.</summary>
    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }
}

/// <summary>What a helper program answers.</summary>
internal sealed record CredentialHelperAnswer(string? Username, string? Secret);

/// <summary>The files and answers in which credentials come.</summary>
[JsonSerializable(typeof(DockerConfigFile))]
[JsonSerializable(typeof(CredentialHelperAnswer))]
internal sealed partial class RegistryJson : JsonSerializerContext;
