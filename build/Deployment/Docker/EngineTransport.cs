using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Docker.DotNet.Handler.Abstractions;
using Docker.DotNet.NPipe;
using Microsoft.Extensions.Logging;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Docker;

/// <summary>What a connection may do.</summary>
public enum EngineAccess
{
    /// <summary>Only look; any other call is refused before it leaves this process.</summary>
    ReadOnly,
    /// <summary>Look, and create networks: <c>--create-missing-networks</c>.</summary>
    ReadAndCreateNetworks,
    /// <summary>Everything.</summary>
    Full,
}

/// <summary>How bytes get to the engine: the platform's own HTTP client over a socket, behind the list of calls that are allowed.</summary>
internal sealed record EngineTransport(DockerEndpoint Endpoint, EngineAccess Access)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The address to put before paths.</summary>
    public Uri BaseAddress => Endpoint.IsSocket
        ? new Uri("http://docker")
        : new UriBuilder(Endpoint.Uri) { Scheme = Endpoint.CertificatePath is null && Endpoint.Uri.Scheme != "https" ? "http" : "https" }.Uri;

    /// <summary>A handler that nobody else uses.</summary>
    public HttpMessageHandler CreateHandler(ResolvedClientOptions? options = null, ILogger? logger = null) => new AllowedCalls(Access)
    {
        InnerHandler = Endpoint.Uri.Scheme == "npipe"
            ? DockerHandlerFactory.Instance.CreateHandler(options!, logger!).Handler
            : Sockets(),
    };

    private SocketsHttpHandler Sockets()
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = ConnectTimeout, UseProxy = false, AllowAutoRedirect = false };
        if (Endpoint.Uri.Scheme == "unix")
            handler.ConnectCallback = ConnectUnixAsync;
        if (Endpoint.CertificatePath is { } folder)
            handler.SslOptions = Tls(folder);
        return handler;
    }

    private async ValueTask<Stream> ConnectUnixAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Uri.UnescapeDataString(Endpoint.Uri.AbsolutePath)), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Tls(string folder)
    {
        try
        {
            var options = new SslClientAuthenticationOptions();
            var certificate = Path.Combine(folder, "cert.pem");
            if (File.Exists(certificate))
                options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, Path.Combine(folder, "key.pem"))];

            var authority = Path.Combine(folder, "ca.pem");
            if (File.Exists(authority))
            {
                var policy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    // A private authority publishes no revocation list.
                    RevocationMode = X509RevocationMode.NoCheck,
                };
                policy.CustomTrustStore.ImportFromPemFile(authority);
                options.CertificateChainPolicy = policy;
            }

            return options;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new WorldRefusedException(FailureClass.EngineUnreachable, $"the certificates in '{folder}' cannot be used: {error.Message}",
                "DOCKER_CERT_PATH must name a folder with ca.pem, cert.pem and key.pem", inner: error);
        }
    }
}

/// <summary>Lets through what an access allows and refuses the rest before it leaves the process.</summary>
internal sealed class AllowedCalls(EngineAccess access) : DelegatingHandler
{
    /// <summary>True when <paramref name="access"/> allows a call.</summary>
    public static bool Allows(EngineAccess access, HttpMethod method, string path) =>
        access == EngineAccess.Full
        || method == HttpMethod.Get || method == HttpMethod.Head
        || (access == EngineAccess.ReadAndCreateNetworks && method == HttpMethod.Post
            && path.EndsWith("/networks/create", StringComparison.Ordinal));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri?.AbsolutePath ?? "";
        return Allows(access, request.Method, path)
            ? base.SendAsync(request, cancellationToken)
            : throw new InvalidOperationException($"{request.Method} {path} is not allowed: this connection may only look");
    }
}

/// <summary>Gives the library our transport in place of its own.</summary>
internal sealed class EngineTransportFactory : IDockerHandlerFactory<EngineTransport>
{
    public ResolvedTransport CreateHandler(EngineTransport transportOptions, ResolvedClientOptions clientOptions, ILogger logger) =>
        new(transportOptions.CreateHandler(clientOptions, logger), transportOptions.BaseAddress);

    public ResolvedTransport CreateHandler(ResolvedClientOptions clientOptions, ILogger logger) =>
        throw new NotSupportedException("a transport needs its endpoint");

    // Attaching and exec take the connection over; nothing here does.
    public Task<WriteClosableStream> HijackStreamAsync(HttpContent content) =>
        throw new NotSupportedException("this transport does not take connections over");
}
