using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>What a proxy does with a request.</summary>
internal abstract record ProxyAct
{
    /// <summary>Passes it on.</summary>
    public static readonly ProxyAct Pass = new PassOn();

    /// <summary>Closes the connection without an answer; the engine never hears of it.</summary>
    public static readonly ProxyAct Cut = new CutOff();

    /// <summary>Answers in place of the engine.</summary>
    public static ProxyAct Answer(int status, string body) => new AnswerWith(status, body, Missing: 0);

    /// <summary>Begins to answer in place of the engine, and closes the connection in the middle.</summary>
    public static ProxyAct Begin(int status, string body) => new AnswerWith(status, body, Missing: 1000);

    /// <summary>Passes it on, and does something when the engine begins to answer; the answer is withheld.</summary>
    public static ProxyAct Then(Action act) => new PassThen(act);

    /// <summary>Passes it on, and tells the client something else than what the engine answers.</summary>
    public static ProxyAct DoneBut(int status, string body) => new PassAndAnswer(status, body);

    /// <summary>Passes it on, and closes the connection in the middle of the answer.</summary>
    public static readonly ProxyAct Truncate = new PassHalf();

    /// <summary>Does something before it passes the request on.</summary>
    public static ProxyAct After(Func<Task> act) => new PassAfter(act);

    internal sealed record PassOn : ProxyAct;

    internal sealed record CutOff : ProxyAct;

    internal sealed record AnswerWith(int Status, string Body, int Missing) : ProxyAct;

    internal sealed record PassThen(Action Act) : ProxyAct;

    internal sealed record PassAndAnswer(int Status, string Body) : ProxyAct;

    internal sealed record PassHalf : ProxyAct;

    internal sealed record PassAfter(Func<Task> Act) : ProxyAct;
}

/// <summary>Stands between a client and the engine's socket, and does with each request what a test decides.</summary>
internal sealed partial class EngineProxy : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly string _engine;
    private readonly string _socket;
    private readonly Func<string, ProxyAct> _decide;
    private readonly Task _accepting;

    /// <param name="dockerHost">The engine.</param>
    /// <param name="decide">Gets method and path of a request, such as <c>POST /v1.41/containers/create?name=web</c>; may be called at the same time.</param>
    public EngineProxy(string dockerHost, Func<string, ProxyAct> decide)
    {
        dockerHost.ShouldStartWith("unix://");
        // A path of a socket may have about a hundred characters.
        (_engine, _socket, _decide) = (dockerHost["unix://".Length..], Path.Combine(Path.GetTempPath(), $"proxy-{Guid.NewGuid():N}.sock"), decide);
        _listener.Bind(new UnixDomainSocketEndPoint(_socket));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>As <c>--docker-host</c> takes it.</summary>
    public string DockerHost => $"unix://{_socket}";

    /// <summary>True for a request that may change something.</summary>
    public static bool IsWrite(string request) => !request.StartsWith("GET ", StringComparison.Ordinal) && !request.StartsWith("HEAD ", StringComparison.Ordinal);

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
                _connections.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var near = client;
        using var far = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var connection = new Connection(near, far);
        try
        {
            await far.ConnectAsync(new UnixDomainSocketEndPoint(_engine), _stop.Token);
            await Task.WhenAny(RequestsAsync(connection), AnswersAsync(connection));
        }
        catch (Exception error) when (IsEnd(error))
        {
            // One side is gone.
        }
    }

    private async Task RequestsAsync(Connection connection)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await connection.Near.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
            {
                // The client writes the head of a request at once, and no request before the last one was answered.
                if (RequestLine().Match(Encoding.Latin1.GetString(buffer, 0, count)) is { Success: true } line && !await BeginAsync(connection, line.Groups["request"].Value))
                    return;
                await SendAsync(connection.Far, buffer.AsMemory(0, count));
            }
        }
        catch (Exception error) when (IsEnd(error))
        {
            // One side is gone.
        }
    }

    /// <summary>Decides on a request; false ends the connection.</summary>
    private async Task<bool> BeginAsync(Connection connection, string request)
    {
        switch (_decide(request))
        {
            case ProxyAct.CutOff:
                return false;
            case ProxyAct.AnswerWith answer:
                await AnswerAsync(connection.Near, answer.Status, answer.Body, answer.Missing);
                await DrainAsync(connection.Near);
                return false;
            case ProxyAct.PassThen then:
                connection.OnAnswer = _ =>
                {
                    then.Act();
                    return Task.CompletedTask;
                };
                return true;
            case ProxyAct.PassAndAnswer told:
                connection.OnAnswer = _ => AnswerAsync(connection.Near, told.Status, told.Body);
                return true;
            case ProxyAct.PassHalf:
                // More than the head, and less than the whole.
                connection.OnAnswer = bytes => SendAsync(connection.Near, bytes[..^Math.Min(20, bytes.Length / 2)]);
                return true;
            case ProxyAct.PassAfter after:
                await after.Act();
                return true;
            default:
                return true;
        }
    }

    private async Task AnswerAsync(Socket near, int status, string text, int missing = 0)
    {
        var body = Encoding.UTF8.GetBytes(text);
        await SendAsync(near, Encoding.ASCII.GetBytes(
            FormattableString.Invariant($"HTTP/1.1 {status} Decided\r\nContent-Type: application/json\r\nContent-Length: {body.Length + missing}\r\nConnection: close\r\n\r\n")));
        await SendAsync(near, body);
    }

    // A client that is still writing must not find the connection closed before it has read the answer.
    private async Task DrainAsync(Socket near)
    {
        near.Shutdown(SocketShutdown.Send);
        var buffer = new byte[64 * 1024];
        while (await near.ReceiveAsync(buffer, _stop.Token) > 0)
        {
        }
    }

    private async Task AnswersAsync(Connection connection)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await connection.Far.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
            {
                if (connection.OnAnswer is { } act)
                {
                    await act(buffer.AsMemory(0, count));
                    return;
                }

                await SendAsync(connection.Near, buffer.AsMemory(0, count));
            }
        }
        catch (Exception error) when (IsEnd(error))
        {
            // One side is gone.
        }
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await to.SendAsync(bytes[sent..], _stop.Token);
    }

    private static bool IsEnd(Exception error) => error is OperationCanceledException or SocketException or ObjectDisposedException;

    private sealed class Connection(Socket near, Socket far)
    {
        public Socket Near => near;

        public Socket Far => far;

        /// <summary>What is done with the answer in place of passing it on; the connection ends after it.</summary>
        public Func<ReadOnlyMemory<byte>, Task>? OnAnswer { get; set; }
    }

    [GeneratedRegex(@"\A(?<request>[A-Z]{3,7} /\S*) HTTP/1\.[01]\r\n")]
    private static partial Regex RequestLine();
}
