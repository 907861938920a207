using System.Text.Json.Serialization;

namespace PhasedRollout.Demo;

/// <summary>What the demo tells its processes in files.</summary>
[JsonSerializable(typeof(StandInSettings))]
internal sealed partial class DemoJson : JsonSerializerContext;
