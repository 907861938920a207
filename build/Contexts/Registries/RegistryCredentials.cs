using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Registries;

/// <summary>Who we are to a registry: a name and a password, or a token that stands for both.</summary>
/// <param name="Server">The registry as the Docker configuration calls it.</param>
public sealed record RegistryCredential(string Server)
{
    /// <summary>The name; null with an <see cref="IdentityToken"/>.</summary>
    public string? Username { get; init; }

    /// <summary>The password; null with an <see cref="IdentityToken"/>.</summary>
    public string? Password { get; init; }

    /// <summary>A refresh token (OAuth 2.0); null with a name and a password.</summary>
    public string? IdentityToken { get; init; }

    /// <summary>The server; never a secret.</summary>
    public override string ToString() => Server;
}

/// <summary>The registries' credentials of Docker's <c>config.json</c>: its own, and those that it leaves to a helper program.</summary>
/// <param name="configDirectory">The folder of <c>config.json</c>.</param>
public sealed class RegistryCredentials(string configDirectory)
{
    // Docker Hub is known by the address of its first version (docker/cli, cli/config/configfile).
    private const string DockerHubServer = "https://index.docker.io/v1/";

    private static readonly TimeSpan HelperTimeout = TimeSpan.FromSeconds(20);

    /// <summary>The folder of the Docker configuration: <c>DOCKER_CONFIG</c>, else <c>~/.docker</c>.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    public static string Directory(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return variable("DOCKER_CONFIG") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");
    }

    /// <summary>The credentials for a registry; null when there are none.</summary>
    /// <param name="registry">The registry's host as <see cref="ImageReference.Registry"/> has it.</param>
    /// <param name="cancellationToken">Stops waiting for a helper program, and ends it.</param>
    public async Task<RegistryCredential?> ForAsync(string registry, CancellationToken cancellationToken)
    {
        var config = Read();
        var server = registry == ImageReference.DockerHub ? DockerHubServer : registry;
        var helper = config.CredHelpers.GetValueOrDefault(server) ?? config.CredHelpers.GetValueOrDefault(registry) ?? config.CredsStore;
        if (helper is not null && await AskAsync(helper, server, cancellationToken) is { } answered)
            return answered;

        var match = config.Auths.FirstOrDefault(auth => Host(auth.Key) == Host(server));
        return match.Value is null ? null : Decode(match.Key, match.Value);
    }

    /// <summary>All that are known, by the registry as the configuration calls it, for a build that may pull from any registry.</summary>
    /// <param name="cancellationToken">Stops waiting for a helper program, and ends it.</param>
    public async Task<IReadOnlyDictionary<string, RegistryCredential>> AllAsync(CancellationToken cancellationToken)
    {
        var config = Read();
        var all = new Dictionary<string, RegistryCredential>(StringComparer.Ordinal);
        foreach (var server in config.Auths.Keys.Concat(config.CredHelpers.Keys).Distinct(StringComparer.Ordinal))
            if (await ForAsync(server == DockerHubServer ? ImageReference.DockerHub : server, cancellationToken) is { } found)
                all[server] = found;

        return all;
    }

    private DockerConfigFile Read()
    {
        var file = Path.Combine(configDirectory, "config.json");
        try
        {
            return (File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), RegistryJson.Default.DockerConfigFile) : null) ?? new DockerConfigFile();
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            // Without credentials a pull may still be allowed; if not, the registry says so.
            return new DockerConfigFile();
        }
    }

    private static RegistryCredential? Decode(string server, DockerConfigAuthentication authentication)
    {
        if (authentication.IdentityToken is { Length: > 0 } token)
            return new RegistryCredential(server) { IdentityToken = token };
        if (authentication is { Username.Length: > 0, Password.Length: > 0 })
            return new RegistryCredential(server) { Username = authentication.Username, Password = authentication.Password };
        if (string.IsNullOrEmpty(authentication.Auth))
            return null;

        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(authentication.Auth));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? null : new RegistryCredential(server) { Username = text[..colon], Password = text[(colon + 1)..].TrimEnd('\0') };
        }
        catch (FormatException)
        {
            return null;
        }
    }

    // The protocol of github.com/docker/docker-credential-helpers: the server on stdin, JSON on stdout.
    private static async Task<RegistryCredential?> AskAsync(string helper, string server, CancellationToken cancellationToken)
    {
        if (helper.Any(character => !char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.')))
            return null;

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(HelperTimeout);
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo($"docker-credential-{helper}", ["get"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        try
        {
            process.Start();
            await process.StandardInput.WriteAsync(server.AsMemory(), patience.Token);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            await errors;
            if (process.ExitCode != 0)
                return null;

            var answer = JsonSerializer.Deserialize(await output, RegistryJson.Default.CredentialHelperAnswer);
            return answer is not { Secret.Length: > 0 } ? null
                : answer.Username == "<token>" ? new RegistryCredential(server) { IdentityToken = answer.Secret }
                : new RegistryCredential(server) { Username = answer.Username, Password = answer.Secret };
        }
        catch (Exception error) when (error is Win32Exception or IOException or JsonException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // A helper that is not there or hangs is a registry without credentials.
            Kill(process);
            return null;
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            throw;
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended, or never began.
        }
    }

    private static string Host(string server)
    {
        var scheme = server.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? server : server[(scheme + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? rest : rest[..slash];
    }
}
