using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts;

/// <summary>Builds rollouts as the reader would.</summary>
internal static class Stack
{
    public const string File = "phases/compose.yml";

    public static readonly RepositoryName Repository = new("Bizoholic-Digital", "bizosaas-platform");

    public static SourceLocation Line(int line) => new(File, line, 5);

    public static GitHubContext Context(string path, string? reference = "main", RepositoryName? repository = null)
    {
        repository ??= Repository;
        var fragment = (reference, path) switch { (null, "") => "", (_, "") => $"#{reference}", _ => $"#{reference}:{path}" };
        return new GitHubContext($"https://github.com/{repository}.git{fragment}", repository, reference, path);
    }

    public static Service Built(string name, ContextReference context, string dockerfile = "Dockerfile", string? inline = null) => new()
    {
        Name = name,
        Location = Line(10),
        Locations = new Dictionary<string, SourceLocation>
        {
            ["build"] = Line(11),
            ["build/context"] = Line(12),
            ["build/dockerfile"] = Line(13),
            ["ports"] = Line(14),
        },
        Build = new BuildDefinition(context.Text, dockerfile) { Reference = context, DockerfileInline = inline },
    };

    public static Service Built(string name, string path, string dockerfile = "Dockerfile") => Built(name, Context(path), dockerfile);

    public static Service Image(string name, string image = "ghcr.io/saleor/saleor:3.20") =>
        new() { Name = name, Location = Line(2), Image = image };

    public static Rollout Rollout(params IReadOnlyList<Service> services) => new()
    {
        Project = "bizosaas-backend",
        Source = new ComposeFile([File], new ComposeMapping(Line(1), [])),
        Services = services,
        Phases = [new PhaseDefinition(1, "All", [.. services.Select(service => service.Name)])],
    };
}
