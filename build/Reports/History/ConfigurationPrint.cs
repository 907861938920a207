using System.Security.Cryptography;
using System.Text;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports.History;

/// <summary>Says whether two runs deployed the same configuration without keeping any value of it: each value stands as an HMAC-SHA-256 under
/// a random key of this machine, which no report holds. Without that key nobody can try values out, and a run elsewhere is not compared.</summary>
/// <param name="Key">Stands for the key: two prints can be compared when theirs is the same.</param>
/// <param name="Services">By service, the print of each key, such as <c>environment/PORT</c> or <c>healthcheck</c>.</param>
public sealed record ConfigurationPrint(string Key, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Services)
{
    /// <summary>How many bytes a key has.</summary>
    public const int KeyLength = 32;

    private const int Shown = 16;

    /// <summary>The print of a rollout.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="variables">The environment, for variables without a value of their own.</param>
    /// <param name="key">The machine's key.</param>
    public static ConfigurationPrint Of(Rollout rollout, IReadOnlyDictionary<string, string> variables, byte[] key) => new(
        Convert.ToHexStringLower(SHA256.HashData(key))[..Shown],
        rollout.Services.ToDictionary(
            service => service.Name,
            IReadOnlyDictionary<string, string> (service) => Values(service, variables)
                .Where(value => !string.IsNullOrEmpty(value.Text))
                .ToDictionary(value => value.Key, value => Print(key, $"{service.Name}\n{value.Key}\n{value.Text}"))));

    private static string Print(byte[] key, string text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)))[..Shown];

    private static IEnumerable<(string Key, string? Text)> Values(Service service, IReadOnlyDictionary<string, string> variables) =>
    [
        .. service.Environment.Select(variable => ($"environment/{variable.Key}", (string?)$"={variable.Value ?? variables.GetValueOrDefault(variable.Key)}")),
        .. service.Labels.Select(label => ($"labels/{label.Key}", (string?)$"={label.Value}")),
        ("image", service.Image),
        ("build", service.Build is not { } build ? null : Lines(
            [build.Context, build.Dockerfile, build.Target ?? "", build.DockerfileInline ?? "", .. build.Arguments.Select(argument => $"{argument.Key}={argument.Value}")])),
        ("container_name", service.ContainerName),
        ("command", Lines(service.Command)),
        ("entrypoint", Lines(service.Entrypoint)),
        ("ports", Lines(service.Ports.Select(port => $"{port}"))),
        ("volumes", Lines(service.Mounts.Select(mount => $"{mount}"))),
        ("networks", Lines(service.Networks.Select(network => $"{network.Network} {network.Ipv4Address} {string.Join(' ', network.Aliases)}").Append(service.NetworkMode ?? ""))),
        ("healthcheck", service.Healthcheck is not { } check ? null : Lines([.. check.Test ?? [], $"{check with { Test = null }}"])),
        ("x-health", service.HealthUrl?.ToString()),
        ("restart", service.Restart),
        ("depends_on", Lines(service.DependsOn.Select(dependency => $"{dependency}"))),
        ("extra_hosts", Lines(service.ExtraHosts)),
        ("user", service.User),
        ("working_dir", service.WorkingDirectory),
        ("platform", service.Platform),
        ("mem_limit", service.MemoryLimit is { } limit ? FormattableString.Invariant($"{limit}") : null),
        ("cpus", service.Cpus is { } cpus ? FormattableString.Invariant($"{cpus}") : null),
    ];

    private static string? Lines(IEnumerable<string>? lines) => lines is null ? null : string.Join('\n', lines);
}
