using PhasedRollout.Compose;
using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports;

/// <summary>A rollout of four services in three phases, small enough to read in a golden file.</summary>
internal static class Stack
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    public const string Tree = "89abcdef0123456789abcdef0123456789abcdef";

    private static readonly RepositoryName Platform = new("acme", "platform");
    private static readonly SourceLocation Anywhere = new("phases/compose.yml", 1, 1);

    public static Rollout Rollout { get; } = new()
    {
        Project = "shop",
        Source = new ComposeFile(["phases/compose.yml"], new ComposeMapping(Anywhere, [])),
        Services =
        [
            new Service { Name = "saleor-api", Location = Anywhere, Image = "ghcr.io/saleor/saleor:3.20", Ports = [new PortMapping(8000, 8000)] },
            Built("brain-api", "ai/brain", 8001),
            Built("auth-service", "backend/auth", 8006),
            Built("coreldove-backend", "shop/coreldove", 8005),
        ],
        Phases =
        [
            new PhaseDefinition(1, "Pre-built image", ["saleor-api"]),
            new PhaseDefinition(2, "Core services", ["brain-api", "auth-service"]),
            new PhaseDefinition(3, "E-commerce", ["coreldove-backend"]),
        ],
    };

    public static VerifiedRollout Verified { get; } = Verify(Rollout);

    /// <summary>Every context is there, but for those with a finding.</summary>
    public static VerifiedRollout Verify(Rollout rollout, params Finding[] findings) => new()
    {
        Rollout = rollout,
        Services = [.. rollout.Services.Select(service => Verify(service, [.. findings.Where(finding => finding.Service == service.Name)]))],
        Repositories = [new VerifiedRepository(Platform, "main", Commit, new ApiUsage(3, 2))],
        Findings = [.. findings.Where(finding => finding.Service is null)],
    };

    public static Service Built(string name, string path, int port, string dockerfile = "Dockerfile")
    {
        var context = $"https://github.com/acme/platform.git#main:{path}";
        return new Service
        {
            Name = name,
            Location = Anywhere,
            Build = new BuildDefinition(context, dockerfile) { Reference = new GitHubContext(context, Platform, "main", path) },
            Ports = [new PortMapping(8000, port)],
        };
    }

    private static VerifiedService Verify(Service service, IReadOnlyList<Finding> findings)
    {
        if (service.Build?.Reference is not GitHubContext context)
            return new VerifiedService(service, null, null, findings, service.Build is null ? Verdict.Ready : Verdict.Unknown);

        return findings.Any(finding => finding.Blocks)
            ? new VerifiedService(service, null, findings[0].Failure == FailureClass.DockerfileMissing ? false : null, findings, Verdict.Blocked)
            : new VerifiedService(
                service,
                new VerifiedContext(context, context.Ref ?? "main", Commit, Tree, $"{context.Path}/{service.Build.Dockerfile}"),
                true,
                findings,
                Verdict.Ready);
    }
}
