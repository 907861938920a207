using System.Text.Json.Serialization;

namespace PhasedRollout.Deployment;

/// <summary>The text of a configuration that is hashed.</summary>
// Without what is null, so that a property which a later version adds changes no hash of a container that does not use it.
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ContainerConfiguration))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
