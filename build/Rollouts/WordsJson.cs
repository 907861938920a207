using System.Text.Json.Serialization;

namespace PhasedRollout.Rollouts;

/// <summary>A JSON list of words.</summary>
[JsonSerializable(typeof(string[]))]
internal sealed partial class WordsJson : JsonSerializerContext;
