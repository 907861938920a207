using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Docker.DotNet;
using Docker.DotNet.Models;
using PhasedRollout.Compose;
using PhasedRollout.Contexts.Registries;
using PhasedRollout.Rollouts;
using Version = System.Version;

namespace PhasedRollout.Deployment.Docker;

/// <summary>A Docker Engine. The SDK's types and exceptions stop here.</summary>
public sealed partial class DockerEngine : IDeploymentTarget, IDisposable
{
    // 20.10, the engine of Debian 12. The newest that the SDK's models were generated from; a newer engine speaks it too.
    private static readonly Version OldestApi = new(1, 41);
    private static readonly Version NewestApi = new(1, 51);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(2);

    private readonly DockerEndpoint endpoint;
    private readonly EngineTransport transport;
    private readonly RegistryCredentials credentials;
    private readonly EngineHost host;
    private readonly HttpClient http;
    private readonly SemaphoreSlim connecting = new(1);
    private DockerClient? client;
    private Version? api;
    // Where it keeps its images; that does not change while it runs.
    private string? root;

    private DockerEngine(DockerEndpoint endpoint, EngineAccess access, RegistryCredentials credentials)
    {
        this.endpoint = endpoint;
        this.credentials = credentials;
        transport = new EngineTransport(endpoint, access);
        host = new EngineHost(endpoint);
        http = new HttpClient(transport.CreateHandler()) { BaseAddress = transport.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The name of the engine's host, as its containers' ports are reached from here; null for a socket of this machine.</summary>
    public string? HostName => endpoint.IsSocket ? null : endpoint.Uri.Host;

    /// <summary>Prepares a connection; nothing is sent before the first call.</summary>
    /// <param name="dockerHost"><c>--docker-host</c>; null: <c>DOCKER_HOST</c>, <c>DOCKER_CONTEXT</c>, the current context, the platform's socket.</param>
    /// <param name="access">What it may do.</param>
    /// <param name="variable">Reads an environment variable; null: those of this process.</param>
    /// <exception cref="InvalidInputException">The address cannot be read, or is of a kind that is not available yet.</exception>
    /// <exception cref="WorldRefusedException">A context is named that does not exist, or its certificates cannot be used.</exception>
    public static DockerEngine Connect(string? dockerHost, EngineAccess access, Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        var configuration = RegistryCredentials.Directory(variable);
        return new DockerEngine(DockerEndpoint.Find(dockerHost, variable, configuration), access, new RegistryCredentials(configuration));
    }

    /// <summary>The SDK's client for the same engine, under the same allowed calls, for adapters beside this one.</summary>
    /// <exception cref="WorldRefusedException">The engine does not answer, or is too old.</exception>
    internal async Task<DockerClient> GetClientAsync(CancellationToken cancellationToken)
    {
        if (client is { } connected)
            return connected;

        await connecting.WaitAsync(cancellationToken);
        try
        {
            if (client is not null)
                return client;

            api = await NegotiateAsync(cancellationToken);
            return client = new DockerClientBuilder()
                .WithTransportOptions(new EngineTransportFactory(), transport)
                .WithEndpoint(transport.BaseAddress)
                .WithApiVersion(api)
                .WithTimeout(Timeout.InfiniteTimeSpan)
                .Build();
        }
        finally
        {
            connecting.Release();
        }
    }

    /// <inheritdoc />
    public async Task<TargetDescription> DescribeAsync(CancellationToken cancellationToken)
    {
        var version = await CallAsync("read the version", (docker, token) => docker.System.GetVersionAsync(token), cancellationToken);
        var info = await InformAsync(cancellationToken);
        root = info.DockerRootDir;
        return new TargetDescription(endpoint.Uri.ToString(), info.Name, version.Version, api!, $"{version.Os}/{version.Arch}", host.IsLocal)
        {
            HasBuildKit = version.Os == "linux" && await IsBuildKitAllowedAsync(cancellationToken),
            Memory = info.MemTotal > 0 ? info.MemTotal : null,
            Processors = info.NCPU > 0 ? (int)info.NCPU : null,
            AddressPools = [.. (info.DefaultAddressPools ?? []).Select(pool => new AddressPool(pool.Base, (int)pool.Size))],
            Routes = host.Routes(),
            IsRootless = info.SecurityOptions?.Any(option => option.Contains("name=rootless", StringComparison.Ordinal)) == true,
        };
    }

    /// <inheritdoc />
    public Task<PortHolder?> FindPortHolderAsync(PortMapping port, CancellationToken cancellationToken) =>
        Task.Run(() => host.FindPortHolder(port), cancellationToken);

    /// <inheritdoc />
    public async Task<long?> FreeDiskAsync(CancellationToken cancellationToken)
    {
        if (!host.IsLocal)
            return null;

        return host.FreeDisk(root ?? (await InformAsync(cancellationToken)).DockerRootDir);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        client?.Dispose();
        http.Dispose();
        connecting.Dispose();
    }

    private Task<SystemInfoResponse> InformAsync(CancellationToken cancellationToken) =>
        CallAsync("read the engine's information", (docker, token) => docker.System.GetSystemInfoAsync(token), cancellationToken);

    private async Task<Version> NegotiateAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(15));
            using var answer = await http.GetAsync(new Uri("/version", UriKind.Relative), patience.Token);
            answer.EnsureSuccessStatusCode();
            using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(patience.Token));
            var newest = ReadVersion(document, "ApiVersion") ?? throw new JsonException("no ApiVersion");
            if (newest < OldestApi)
                throw new WorldRefusedException(FailureClass.EngineUnreachable,
                    $"the engine at {endpoint.Uri} speaks API {newest}, and {OldestApi} is needed", "use Docker Engine 20.10 or newer");
            return newest < NewestApi ? newest : NewestApi;
        }
        catch (Exception error) when (IsSilence(error, cancellationToken) || error is JsonException)
        {
            throw Silence("read the version", error);
        }
    }

    // A daemon that is told to (features.buildkit in daemon.json), and one of Windows, says that clients had better take the classic builder.
    private Task<bool> IsBuildKitAllowedAsync(CancellationToken cancellationToken) =>
        SendAsync("ping the engine", () => new HttpRequestMessage(HttpMethod.Get, ApiPath("_ping")),
            (answer, _) => Task.FromResult(!answer.Headers.TryGetValues("Builder-Version", out var version) || version.First() != "1"), cancellationToken);

    private static Version? ReadVersion(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out var text) && Version.TryParse(text.GetString(), out var version) ? version : null;

    private async Task<T> CallAsync<T>(
        string what, Func<DockerClient, CancellationToken, Task<T>> call, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        var docker = await GetClientAsync(cancellationToken);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(patience ?? CallTimeout);
        try
        {
            return await call(docker, timeout.Token);
        }
        catch (DockerApiException refused)
        {
            throw new TargetRefusedException(what, Message(refused), refused);
        }
        catch (JsonException garbled)
        {
            throw Unreadable(what, garbled);
        }
        catch (Exception error) when (IsSilence(error, cancellationToken))
        {
            throw Silence(what, error);
        }
    }

    private Task<object?> CallAsync(string what, Func<DockerClient, CancellationToken, Task> call, CancellationToken cancellationToken, TimeSpan? patience = null) =>
        CallAsync<object?>(what, async (docker, token) =>
        {
            await call(docker, token);
            return null;
        }, cancellationToken, patience);

    private async Task<T?> FindAsync<T>(string what, Func<DockerClient, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
        where T : class => await CallAsync<T?>(what, async (docker, token) =>
    {
        try
        {
            return await call(docker, token);
        }
        catch (DockerApiException missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }, cancellationToken);

    private static string Message(DockerApiException refused) => Message(refused.StatusCode, refused.ResponseBody);

    private static string Message(HttpStatusCode status, string? body)
    {
        try
        {
            using var document = JsonDocument.Parse(body ?? "");
            if (document.RootElement.GetProperty("message").GetString() is { Length: > 0 } message)
                return message;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Somebody between us and the engine answered.
        }

        return string.IsNullOrWhiteSpace(body) ? string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)status}") : body.Trim();
    }

    // Somebody between us and the engine answered, or the engine was ended in the middle of a word.
    private static TargetRefusedException Unreadable(string what, JsonException garbled) => new(what, "the engine's answer cannot be read", garbled);

    private static bool IsSilence(Exception error, CancellationToken cancellationToken) =>
        error is HttpRequestException or SocketException or IOException or TimeoutException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private WorldRefusedException Silence(string what, Exception error)
    {
        var inner = error is OperationCanceledException ? "no answer in time" : (error.InnerException ?? error).Message;
        return new WorldRefusedException(FailureClass.EngineUnreachable,
            $"no Docker Engine answers at {endpoint.Uri} (from {endpoint.Source}): {inner}",
            error.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied }
                ? "this user may not use the socket: run as root, or add the user to the group of the socket"
                : "start the engine, or name another one with --docker-host",
            [$"{what}: {inner}"], inner: error);
    }
}
