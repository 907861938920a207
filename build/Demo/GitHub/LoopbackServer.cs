using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PhasedRollout.Demo.GitHub;

/// <summary>An HTTP server on loopback: accepts requests until it is disposed of, each handled beside the others, and ends none in the middle of its
/// answer without the handler's knowledge.</summary>
/// <remarks>
/// An <see cref="HttpListener"/> rather than Kestrel: it is part of the base framework, so the build that carries this class starts no slower for it.
/// </remarks>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private const int Attempts = 5;

    private readonly HttpListener _listener;
    private readonly Func<HttpListenerContext, CancellationToken, Task> _handle;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private readonly Task _loop;

    private LoopbackServer(HttpListener listener, int port, Func<HttpListenerContext, CancellationToken, Task> handle)
    {
        (_listener, Port, _handle) = (listener, port, handle);
        _loop = AcceptAsync();
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary>Where it answers.</summary>
    public Uri Url => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"));

    /// <summary>Starts serving.</summary>
    /// <param name="name">What it is called in an error.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="handle">Answers a request; an exception that tells of a lost connection or of the server's end ends the request only.</param>
    /// <exception cref="DemoException">The port is taken.</exception>
    public static LoopbackServer Start(string name, int port, Func<HttpListenerContext, CancellationToken, Task> handle)
    {
        // HttpListener takes no port 0: ask the system for a free one and be quick; somebody else may be quicker.
        for (var attempt = 1; ; attempt++)
        {
            var tried = port == 0 ? FreePort() : port;
            var listener = new HttpListener { IgnoreWriteExceptions = true };
            listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{tried}/"));
            try
            {
                listener.Start();
                return new LoopbackServer(listener, tried, handle);
            }
            catch (Exception error) when (error is HttpListenerException or SocketException)
            {
                listener.Close();
                if (port != 0 || attempt == Attempts)
                    throw new DemoException($"{name} cannot listen on 127.0.0.1:{tried}: {error.Message}", error);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;

        await _stop.CancelAsync();
        _listener.Close();
        await _loop;
        await Task.WhenAll(_running.Keys);
        _stop.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            var handling = HandleAsync(context);
            _running.TryAdd(handling, 0);
            _ = handling.ContinueWith(done => _running.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    private async Task HandleAsync(HttpListenerContext context)
    {
        try
        {
            await _handle(context, _stop.Token);
        }
        catch (Exception error) when (error is IOException or HttpListenerException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            context.Response.Abort();
        }
    }
}
