using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Docker.DotNet.Models;
using PhasedRollout.Contexts.Registries;

namespace PhasedRollout.Deployment.Docker;

/// <summary>Credentials as the engine takes them.</summary>
internal static class EngineAuthentication
{
    /// <summary>The SDK's form.</summary>
    public static AuthConfig Of(RegistryCredential credential) => new()
    {
        Username = credential.Username,
        Password = credential.Password,
        IdentityToken = credential.IdentityToken,
        ServerAddress = credential.Server,
    };

    /// <summary>The header that carries credentials to the engine (Engine API, Authentication).</summary>
    public static string Header(RegistryCredential credential) => Encode(Fields(credential), EngineJson.Default.DictionaryStringString);

    /// <summary>The header that carries those of all registries of a build (Engine API, ImageBuild).</summary>
    public static string Header(IReadOnlyDictionary<string, RegistryCredential> credentials) =>
        Encode(credentials.ToDictionary(pair => pair.Key, pair => Fields(pair.Value)), EngineJson.Default.DictionaryStringDictionaryStringString);

    private static Dictionary<string, string?> Fields(RegistryCredential credential) => new Dictionary<string, string?>
    {
        ["username"] = credential.Username,
        ["password"] = credential.Password,
        ["serveraddress"] = credential.Server,
        ["identitytoken"] = credential.IdentityToken,
    }.Where(pair => pair.Value is not null).ToDictionary();

    private static string Encode<T>(T value, JsonTypeInfo<T> type) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(value, type)).Replace('+', '-').Replace('/', '_');
}
