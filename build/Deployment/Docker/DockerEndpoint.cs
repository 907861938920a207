using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Docker;

/// <summary>Where the engine is, found as the Docker CLI does: the parameter, <c>DOCKER_HOST</c>, <c>DOCKER_CONTEXT</c>, the current context of
/// <c>~/.docker/config.json</c>, the platform's socket.</summary>
/// <param name="Uri">The address: <c>unix</c>, <c>npipe</c>, <c>tcp</c>, <c>http</c> or <c>https</c>.</param>
/// <param name="CertificatePath">A folder with <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>; null without TLS.</param>
/// <param name="Source">Who said so, for people.</param>
internal sealed record DockerEndpoint(Uri Uri, string? CertificatePath, string Source)
{
    /// <summary>Finds the engine.</summary>
    /// <param name="dockerHost"><c>--docker-host</c>, or null.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="configDirectory">The folder of <c>config.json</c>.</param>
    /// <exception cref="InvalidInputException">The address cannot be read, or is of a kind that is not available yet.</exception>
    /// <exception cref="WorldRefusedException">A context is named that does not exist.</exception>
    public static DockerEndpoint Find(string? dockerHost, Func<string, string?> variable, string configDirectory)
    {
        var certificates = TlsFolder(variable, configDirectory);
        if (NonEmpty(dockerHost) is { } parameter)
            return Parse(parameter, certificates, "--docker-host");
        if (NonEmpty(variable("DOCKER_HOST")) is { } host)
            return Parse(host, certificates, "DOCKER_HOST");
        if (NonEmpty(variable("DOCKER_CONTEXT")) is { } named)
            return FromContext(named, configDirectory, "DOCKER_CONTEXT");
        if (CurrentContext(configDirectory) is { } current)
            return FromContext(current, configDirectory, Path.Combine(configDirectory, "config.json"));

        return OperatingSystem.IsWindows()
            ? new DockerEndpoint(new Uri("npipe://./pipe/docker_engine"), null, "the platform's pipe")
            : new DockerEndpoint(new Uri("unix:///var/run/docker.sock"), null, "the platform's socket");
    }

    /// <summary>True when it is a socket or pipe of this machine.</summary>
    public bool IsSocket => Uri.Scheme is "unix" or "npipe";

    private static DockerEndpoint Parse(string text, string? certificates, string source)
    {
        if (text.StartsWith("ssh://", StringComparison.OrdinalIgnoreCase))
            throw Wrong(source, $"'{text}': an engine over ssh is not available yet",
                "forward its socket (ssh -NL /tmp/docker.sock:/var/run/docker.sock user@host) and give unix:///tmp/docker.sock");

        // The CLI takes a bare host:port for tcp.
        var address = text.Contains("://", StringComparison.Ordinal) ? text : "tcp://" + text;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("unix" or "npipe" or "tcp" or "http" or "https")
            || (uri.Scheme is not "unix" && uri.Host.Length == 0))
            throw Wrong(source, $"'{text}' is not an engine's address", "such as unix:///var/run/docker.sock or tcp://host:2376");

        return new DockerEndpoint(uri, uri.Scheme is "tcp" or "https" ? certificates : null, source);
    }

    private static string? TlsFolder(Func<string, string?> variable, string configDirectory) =>
        NonEmpty(variable("DOCKER_CERT_PATH")) ?? (NonEmpty(variable("DOCKER_TLS_VERIFY")) is null ? null : configDirectory);

    private static string? CurrentContext(string configDirectory)
    {
        var file = Path.Combine(configDirectory, "config.json");
        if (!File.Exists(file))
            return null;

        try
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(file));
            return config.RootElement.ValueKind == JsonValueKind.Object
                && config.RootElement.TryGetProperty("currentContext", out var context) && context.ValueKind == JsonValueKind.String
                && NonEmpty(context.GetString()) is { } name && name != "default"
                    ? name
                    : null;
        }
        catch (JsonException error)
        {
            throw new WorldRefusedException(FailureClass.EngineUnreachable, $"{file} is not JSON: {error.Message}", "correct the file", inner: error);
        }
    }

    // A context's folder is named by the SHA-256 of its name (docker/cli, cli/context/store).
    private static DockerEndpoint FromContext(string name, string configDirectory, string source)
    {
        if (name == "default")
            return Find(null, _ => null, Path.Combine(configDirectory, "nothing"));

        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        var meta = Path.Combine(configDirectory, "contexts", "meta", id, "meta.json");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(meta));
            var host = document.RootElement.GetProperty("Endpoints").GetProperty("docker").GetProperty("Host").GetString() ?? "";
            var tls = Path.Combine(configDirectory, "contexts", "tls", id, "docker");
            return Parse(host, Directory.Exists(tls) ? tls : null, $"Docker context '{name}'");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new WorldRefusedException(FailureClass.EngineUnreachable,
                $"the Docker context '{name}', which {source} names, cannot be read from {meta}", "list the contexts with: docker context ls",
                [error.Message], inner: error);
        }
    }

    private static string? NonEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static InvalidInputException Wrong(string where, string what, string remedy) => new([new Problem(where, what, remedy)]);
}
