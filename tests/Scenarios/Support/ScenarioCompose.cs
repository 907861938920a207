using System.Globalization;
using System.Text.RegularExpressions;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Fixture;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>Compose files for scenarios, made from the repository's own: other names, other host ports, a probe every second.</summary>
internal static partial class ScenarioCompose
{
    /// <summary>The six services that the breakages need, at least one a phase.</summary>
    public static IReadOnlyList<string> Small { get; } = ["saleor-api", "brain-api", "django-crm", "coreldove-backend", "ai-agents", "amazon-sourcing"];

    /// <summary>All ten services.</summary>
    public static IReadOnlyList<string> Ten { get; } = [FixtureService.Saleor.Name, .. FixtureService.Built.Select(service => service.Name)];

    /// <summary>The text for a world, with these services of the ten.</summary>
    public static string Text(RolloutWorld world, IReadOnlyCollection<string> services)
    {
        var text = File.ReadAllText(Repository.PathOf("phases", "compose.yml"));
        foreach (var service in Ten.Except(services))
            text = Without(text, service);
        return Isolate(text, world);
    }

    private static string Isolate(string text, RolloutWorld world)
    {
        text = text.Replace("name: bizosaas-backend", $"name: {world.Project}", StringComparison.Ordinal);
        text = ContainerName().Replace(text, $"{world.Project}-$1");
        text = text.Replace("interval: 30s", "interval: 1s", StringComparison.Ordinal);
        text = text.Replace("dokploy-network", world.Network, StringComparison.Ordinal);
        text = text.Replace("ghcr.io/saleor/saleor:3.20", world.Machine.SaleorImage, StringComparison.Ordinal);
        text = text.Replace(":5433/", Invariant($":{world.Machine.PostgreSql.Port}/"), StringComparison.Ordinal);
        text = text.Replace(":6380", Invariant($":{world.Machine.RedisPort}"), StringComparison.Ordinal);
        text = PublishedPort().Replace(text, match => Invariant($"ports: [\"{world.PortFor(match.Groups["host"].Value)}:{match.Groups["container"].Value}\"]"));
        return HealthUrl().Replace(text, match => Invariant($"x-health: {{ url: \"http://localhost:{world.PortFor(match.Groups["host"].Value)}/"));
    }

    /// <summary>Host ports that a text publishes.</summary>
    public static IReadOnlyList<string> HealthUrls(string text) => DemoCompose.HealthUrls(text);

    private static string Without(string text, string service)
    {
        var block = new Regex($@"^  {Regex.Escape(service)}:\n(?:(?:    .*)?\n)+?(?=^  \S|^\S|\z)", RegexOptions.Multiline);
        block.IsMatch(text).ShouldBeTrue($"phases/compose.yml has no service {service}");
        text = block.Replace(text, "");
        return PhaseServices().Replace(text, match => Invariant($"services: [{string.Join(", ", match.Groups["names"].Value.Split(", ").Where(name => name != service))}]"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\bbizosaas-([a-z-]+-staging)\b")]
    private static partial Regex ContainerName();

    [GeneratedRegex(@"ports: \[""(?<host>80\d\d):(?<container>\d+)""\]")]
    private static partial Regex PublishedPort();

    [GeneratedRegex(@"x-health: \{ url: ""http://localhost:(?<host>80\d\d)/")]
    private static partial Regex HealthUrl();

    [GeneratedRegex(@"services: \[(?<names>[a-z, -]+)\]")]
    private static partial Regex PhaseServices();
}
