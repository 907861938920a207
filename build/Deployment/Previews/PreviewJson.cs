using System.Text.Json.Serialization;

namespace PhasedRollout.Deployment.Previews;

/// <summary>A preview as programs read it.</summary>
internal sealed record PreviewDocument(string Schema, string Project, bool NothingToDo, IReadOnlyList<PreviewedPhase> Phases);

/// <summary>A phase of it.</summary>
internal sealed record PreviewedPhase(
    int Number, string Title, bool NothingToDo, IReadOnlyList<ServicePreview> Services, IReadOnlyList<OperationPreview> Operations);

/// <summary>How it is written.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PreviewDocument))]
internal sealed partial class PreviewJson : JsonSerializerContext;
