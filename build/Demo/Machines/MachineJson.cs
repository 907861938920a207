using System.Text.Json.Serialization;

namespace PhasedRollout.Demo.Machines;

/// <summary>What a machine of the demo keeps in files.</summary>
[JsonSerializable(typeof(PostgreSqlServer))]
[JsonSerializable(typeof(List<ProcessRecord>))]
internal sealed partial class MachineJson : JsonSerializerContext;
