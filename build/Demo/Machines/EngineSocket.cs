using System.Net;
using System.Net.Sockets;

namespace PhasedRollout.Demo.Machines;

/// <summary>Asks a Docker engine's unix socket whether somebody answers (<c>GET /_ping</c>, Docker Engine API).</summary>
internal static class EngineSocket
{
    /// <summary>The engine answers; within two seconds.</summary>
    public static async Task<bool> AnswersAsync(string path, CancellationToken ct)
    {
        if (!File.Exists(path))
            return false;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            using var response = await http.GetAsync(new Uri("http://docker/_ping"), ct);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception error) when (error is HttpRequestException or (OperationCanceledException and { InnerException: TimeoutException }))
        {
            return false;
        }
    }
}
