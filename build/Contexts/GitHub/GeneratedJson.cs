using System.Text.Json;
using System.Text.Json.Serialization;
using Octokit.Internal;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>Writes and reads what Octokit sends and receives, in place of Octokit's own reader and writer: those look at types while the program runs,
/// which a program of machine code has not, and stumble over a <c>"size": null</c>.</summary>
/// <param name="types">The types that are sent and received.</param>
internal sealed class GeneratedJson(JsonSerializerContext types) : IJsonSerializer
{
    public string Serialize(object item) => JsonSerializer.Serialize(item, item.GetType(), types);

    public T Deserialize<T>(string json) => (T)JsonSerializer.Deserialize(json, typeof(T), types)!;
}
