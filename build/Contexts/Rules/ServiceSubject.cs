using System.Text;
using PhasedRollout.Compose;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>A service as the rules see it: what the compose file says, and what was read of its repository.</summary>
public sealed class ServiceSubject
{
    private EvaluatedDockerfile? dockerfile;

    /// <summary>The whole stack.</summary>
    public required Rollout Rollout { get; init; }

    /// <summary>The service.</summary>
    public required Service Service { get; init; }

    /// <summary>The number of its phase, from 1; 0 when it is in none.</summary>
    public int Phase => Rollout.Phases.FirstOrDefault(phase => phase.Services.Contains(Service.Name))?.Number ?? 0;

    /// <summary>The folder of a commit that is built, from the repository's root; null for a pre-built image, and for a context that was not verified.</summary>
    public VerifiedContext? Context { get; init; }

    /// <summary>The tree of that commit; null exactly when <see cref="Context"/> is.</summary>
    public RepositoryTree? Tree { get; init; }

    /// <summary>The Dockerfile as a person calls it: its path from the repository's root, or that it stands in the compose file.</summary>
    public string DockerfileName => Service.Build?.DockerfileInline is null ? Context?.DockerfilePath ?? "" : "dockerfile_inline";

    /// <summary>The bytes of the Dockerfile, inline or read; null when there is none or it could not be read.</summary>
    public byte[]? DockerfileBytes => Service.Build?.DockerfileInline is { } inline ? Encoding.UTF8.GetBytes(inline)
        : Context is null ? null
        : Files.GetValueOrDefault(Context.DockerfilePath);

    /// <summary>The Dockerfile, evaluated with the arguments and target of the compose file; null when it could not be read.</summary>
    public EvaluatedDockerfile? Dockerfile => dockerfile ??= DockerfileBytes is { } bytes && Service.Build is { } build
        ? EvaluatedDockerfile.Of(Dockerfiles.Dockerfile.Parse(bytes), new BuildInputs
        {
            // A value of which a variable is not set yet is not known.
            Arguments = build.Arguments.ToDictionary(it => it.Key, it => it.Value is null || ComposeText.HasVariable(it.Value) ? null : it.Value, StringComparer.Ordinal),
            Target = build.Target,
            NamedContexts = NamedContexts(),
        })
        : null;

    /// <summary>The stage that becomes the image; null when that is not known, as for a Dockerfile that no builder takes or of a foreign syntax.</summary>
    public Stage? Image => Dockerfile is { Source.HasForeignSyntax: false } file && file.Source.Problems.All(problem => problem.Kind != ProblemKind.Refused)
        ? file.Target
        : null;

    /// <summary>The path of the ignore file that builders take, from the repository's root: <c>Dockerfile.dockerignore</c> beside the Dockerfile, else
    /// <c>.dockerignore</c> of the context; null when there is neither.</summary>
    public string? IgnoreFilePath { get; init; }

    /// <summary>The bytes that were read, by path from the repository's root: the Dockerfile, its ignore file, and what the rules asked for and is there.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; internal set; } = new Dictionary<string, byte[]>();

    /// <summary>The targets of the symbolic links that the rules asked for, by path from the repository's root.</summary>
    public IReadOnlyDictionary<string, string> Links { get; internal set; } = new Dictionary<string, string>();

    /// <summary>Every service of the stack, also this one, in the order of the file.</summary>
    public IReadOnlyList<ServiceSubject> Stack { get; internal set; } = [];

    /// <summary>The text of a file that was read, by its path from the repository's root; null when it was not.</summary>
    public string? Text(string path) => Files.TryGetValue(path, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>The path from the repository's root of <paramref name="path"/>, which starts at the context.</summary>
    public string InContext(string path) => Context is { Reference.Path: { Length: > 0 } folder } ? $"{folder}/{path}" : path;

    /// <summary>The service of the stack called <paramref name="name"/>; null when there is none.</summary>
    public ServiceSubject? Other(string name) => Stack.FirstOrDefault(subject => subject.Service.Name == name);

    private string[] NamedContexts() =>
        ((((Rollout.Source.Root["services"] as ComposeMapping)?[Service.Name] as ComposeMapping)?["build"] as ComposeMapping)?["additional_contexts"]) switch
        {
            ComposeMapping mapping => [.. mapping.Entries.Select(entry => entry.Key)],
            ComposeSequence list => [.. list.Items.OfType<ComposeScalar>().Select(item => (item.Text ?? "").Split('=')[0])],
            _ => [],
        };
}
