using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>Stands between a client and the engine's socket, passes everything on and remembers what was asked.</summary>
internal sealed partial class EngineWitness : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly string _engine;
    private readonly string _socket;
    private readonly Task _accepting;

    public EngineWitness(string dockerHost, string socket)
    {
        dockerHost.ShouldStartWith("unix://");
        (_engine, _socket) = (dockerHost["unix://".Length..], socket);
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>As <c>--docker-host</c> takes it.</summary>
    public string DockerHost => $"unix://{_socket}";

    /// <summary>Every request so far: method and path.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Those that could change something.</summary>
    public IReadOnlyList<string> Changes => [.. _requests.Where(request => !request.StartsWith("GET ", StringComparison.Ordinal) && !request.StartsWith("HEAD ", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
        File.Delete(_socket);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(PassOnAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task PassOnAsync(Socket client)
    {
        using var near = client;
        using var far = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await far.ConnectAsync(new UnixDomainSocketEndPoint(_engine), _stop.Token);
            await Task.WhenAny(CopyAsync(near, far, Remember), CopyAsync(far, near, _ => { }));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // One side is gone.
        }
    }

    private async Task CopyAsync(Socket from, Socket to, Action<string> look)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
            {
                look(Encoding.Latin1.GetString(buffer, 0, count));
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stop.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone.
        }
    }

    private void Remember(string bytes)
    {
        foreach (Match request in RequestLine().Matches(bytes))
            _requests.Enqueue($"{request.Groups["method"].Value} {request.Groups["path"].Value}");
    }

    [GeneratedRegex(@"^(?<method>[A-Z]{3,7}) (?<path>/\S*) HTTP/1\.[01]\r?$", RegexOptions.Multiline)]
    private static partial Regex RequestLine();
}
