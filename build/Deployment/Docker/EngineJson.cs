using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PhasedRollout.Deployment.Docker;

/// <summary>What is sent to an engine and read from it beside the SDK.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(Dictionary<string, string?>))]
[JsonSerializable(typeof(Dictionary<string, Dictionary<string, string?>>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class EngineJson : JsonSerializerContext
{
    /// <summary>The body of a request.</summary>
    public static JsonContent Content(JsonObject body) => JsonContent.Create(body, Default.JsonObject);
}
