using PhasedRollout.Demo.Fixture;

namespace PhasedRollout.Demo;

/// <summary>What the child is given to deploy.</summary>
/// <param name="Compose">The text of the compose file.</param>
/// <param name="Variables">Its variables.</param>
internal sealed record DemoInput(string Compose, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>The same with one text for another.</summary>
    /// <exception cref="DemoException">The text is not there: the compose file is another one than this breakage was written for.</exception>
    public DemoInput With(string text, string replacement) =>
        Compose.Contains(text, StringComparison.Ordinal)
            ? this with { Compose = Compose.Replace(text, replacement, StringComparison.Ordinal) }
            : throw new DemoException($"The compose file holds no \"{text}\", so this failure cannot be provoked in it.");
}

/// <summary>Who is to hold a port before the broken rollout.</summary>
internal enum PortHolderKind
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>A container.</summary>
    Container,

    /// <summary>An ordinary process.</summary>
    Process,
}

/// <summary>A failure that the demo can provoke.</summary>
public sealed class Breakage
{
    /// <summary>The host port that a container holds.</summary>
    internal const int ContainerPort = 8010;

    /// <summary>The host port that a process holds.</summary>
    internal const int ProcessPort = 8011;

    private const string Repository = "https://github.com/" + FixtureRepository.FullName + ".git";

    private static readonly IReadOnlyList<Breakage> All =
    [
        new("build-context-not-found", "brain-api's context is written without the folder bizosaas-platform/, as it happened in reality.",
            input => input.With("#main:bizosaas-platform/ai/services/bizosaas-brain", "#main:ai/services/bizosaas-brain")),
        new("dockerfile-missing", $"coreldove-backend is built from the branch {FixtureRepository.WithoutDockerfile}, where its Dockerfile was removed.",
            input => input.With($"{Repository}#main:bizosaas/ecommerce", $"{Repository}#{FixtureRepository.WithoutDockerfile}:bizosaas/ecommerce")),
        new("build-failure", $"ai-agents is built from the branch {FixtureRepository.WithPinnedPackage}, where langchain is pinned to a version that does not exist.",
            input => input.With("#main:bizosaas-platform/backend/services/ai-agents", $"#{FixtureRepository.WithPinnedPackage}:bizosaas-platform/backend/services/ai-agents")),
        new("port-conflict", $"amazon-sourcing moves to host port {ContainerPort}, which a container called demo-port-holder holds.", input => MoveTo(input, ContainerPort))
        {
            Holder = PortHolderKind.Container,
        },
        new("port-conflict-process", $"amazon-sourcing moves to host port {ProcessPort}, which an ordinary process (busybox httpd) holds.", input => MoveTo(input, ProcessPort))
        {
            Holder = PortHolderKind.Process,
        },
        new("database-unreachable", "The connection strings name port 5434, where nothing listens.", input => input.With(":5433/", ":5434/")),
        new("database-unknown", "The connection strings name the database bizosaas_production, which does not exist.", input => input.With("/bizosaas_staging", "/bizosaas_production")),
        new("credentials-rejected", "The env file has a wrong password for PostgreSQL.",
            input => input with { Variables = new Dictionary<string, string>(input.Variables) { ["POSTGRES_PASSWORD"] = "not-the-password-of-this-server" } }),
        new("network-missing", "The stack's external network is called dokploy-network-2, and no such network exists.",
            input => input.With("dokploy-network", "dokploy-network-2")),
    ];

    private Breakage(string name, string change, Func<DemoInput, DemoInput> apply) => (Name, Change, Apply) = (name, change, apply);

    /// <summary>What <c>--break</c> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(breakage => breakage.Name)];

    /// <summary>As <c>--break</c> takes it.</summary>
    public string Name { get; }

    /// <summary>What is changed in the world, as a sentence.</summary>
    public string Change { get; }

    internal Func<DemoInput, DemoInput> Apply { get; }

    internal PortHolderKind Holder { get; private init; }

    /// <summary>The failure of that name, or null.</summary>
    public static Breakage? Find(string name) => All.FirstOrDefault(breakage => breakage.Name == name);

    /// <summary>What to say about a name that there is not.</summary>
    public static string Unknown(string name) =>
        $"--break {name}: there is no such failure. The names are {string.Join(", ", Names)}.";

    private static DemoInput MoveTo(DemoInput input, int port) =>
        input.With("8009:8000", $"{port}:8000").With("http://localhost:8009/", $"http://localhost:{port}/");
}
