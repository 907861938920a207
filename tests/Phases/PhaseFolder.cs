using PhasedRollout.Compose;
using PhasedRollout.Contexts;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Reports;

namespace PhasedRollout.Tests.Phases;

/// <summary>A folder with a compose file in <c>stack/</c> and phase files in <c>phases/</c>.</summary>
internal sealed class PhaseFolder : IDisposable
{
    public const string Simple = """
        name: shop
        x-rollout:
          phases:
            - title: Base
              services: [cache]
            - title: Shop
              services: [web, api]
        services:
          cache:
            image: redis:7
          web:
            build:
              context: https://github.com/acme/platform.git#main:web
              dockerfile: Containerfile
            depends_on: [api]
            environment:
              KEY: ${KEY}
          api:
            build: https://github.com/acme/platform.git#${REF:-main}:api
        """;

    private readonly string root = Directory.CreateTempSubdirectory("phases-").FullName;

    public string Phases => Path.Combine(root, "phases");

    public string ComposeFile => Path.Combine(root, "stack", "compose.yml");

    /// <summary>Reads files; <paramref name="variables"/> are <c>NAME=value</c>.</summary>
    public static Rollout Read(IReadOnlyList<string> paths, params string[] variables) => RolloutReader.Read(
        ComposeReader.Read(paths),
        VariableSet.Of(variables.Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1])));

    /// <summary>Writes the compose file and reads it; <paramref name="variables"/> are <c>NAME=value</c>.</summary>
    public Rollout Read(string compose, params string[] variables)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(ComposeFile)!);
        File.WriteAllText(ComposeFile, compose);
        return Read([ComposeFile], variables);
    }

    /// <summary>Writes the phase files of a rollout whose every context is there.</summary>
    public Task<IReadOnlyList<PhaseComposeFile>> WriteAsync(Rollout rollout, Func<VerifiedService, VerifiedService>? change = null)
    {
        var verified = Stack.Verify(rollout);
        verified = verified with { Services = [.. verified.Services.Select(change ?? (service => service))] };
        return PhaseComposes.WriteAsync(rollout, PhasePlanner.Plan(verified), Phases, TestContext.Current.CancellationToken);
    }

    public string PathOf(int phase) => Path.Combine(Phases, FormattableString.Invariant($"phase-{phase}.compose.yml"));

    public string Text(int phase) => File.ReadAllText(PathOf(phase));

    public ComposeMapping Document(int phase) => ComposeReader.Read([PathOf(phase)]).Root;

    public void Dispose() => Directory.Delete(root, recursive: true);
}
