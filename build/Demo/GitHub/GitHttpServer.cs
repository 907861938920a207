using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PhasedRollout.Demo.GitHub;

/// <summary>Serves the git repositories below a folder over git's smart HTTP on loopback, by <c>git http-backend</c> (a CGI program,
/// https://git-scm.com/docs/git-http-backend): what any git host does.</summary>
public sealed class GitHttpServer : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly GitProgram _git;
    private readonly string _folder;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<Task> _running = [];
    private readonly Lock _lock = new();
    private readonly Task _loop;

    private GitHttpServer(GitProgram git, string folder, HttpListener listener, int port)
    {
        (_git, _folder, _listener, Url) = (git, folder, listener, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")));
        _loop = AcceptAsync();
    }

    /// <summary>Where it answers; a repository is at its path below the folder.</summary>
    public Uri Url { get; }

    /// <summary>Starts serving on a free port. Partial clones and fetches by id are allowed, as hosts do.</summary>
    /// <exception cref="DemoException">No port is to be had.</exception>
    public static GitHttpServer Start(string folder, GitProgram? git = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            var listener = new HttpListener { IgnoreWriteExceptions = true };
            listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
            try
            {
                listener.Start();
                return new GitHttpServer(git ?? new GitProgram("git"), folder, listener, port);
            }
            catch (Exception error) when (error is HttpListenerException or SocketException)
            {
                listener.Close();
                if (attempt == 5)
                    throw new DemoException($"The git server cannot listen on 127.0.0.1:{port}: {error.Message}", error);
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
        Task[] running;
        lock (_lock)
            running = [.. _running];
        await Task.WhenAll(running);
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
            lock (_lock)
                _running.Add(handling);
            _ = handling.ContinueWith(
                done =>
                {
                    lock (_lock)
                        _running.Remove(done);
                },
                TaskScheduler.Default);
        }
    }

    private async Task HandleAsync(HttpListenerContext context)
    {
        try
        {
            using var backend = Start(context.Request);
            try
            {
                var feeding = FeedAsync(context.Request.InputStream, backend);
                await AnswerAsync(backend.StandardOutput.BaseStream, context.Response);
                await feeding;
            }
            finally
            {
                if (!backend.HasExited)
                    backend.Kill(entireProcessTree: true);
            }

            context.Response.Close();
        }
        catch (Exception error) when (error is IOException or HttpListenerException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            context.Response.Abort();
        }
    }

    private async Task FeedAsync(Stream body, Process backend)
    {
        await body.CopyToAsync(backend.StandardInput.BaseStream, _stop.Token);
        backend.StandardInput.Close();
    }

    // CGI: header lines, an empty line, the body.
    private async Task AnswerAsync(Stream output, HttpListenerResponse response)
    {
        var buffered = new BufferedStream(output, 64 * 1024);
        while (ReadLine(buffered) is { Length: > 0 } line)
        {
            var (name, value) = line.Split(": ", 2) is [var before, var after] ? (before, after) : (line, "");
            if (name == "Status")
                response.StatusCode = int.Parse(value[..3], CultureInfo.InvariantCulture);
            else if (name == "Content-Type")
                response.ContentType = value;
            else if (name != "Content-Length")
                response.Headers[name] = value;
        }

        response.SendChunked = true;
        await buffered.CopyToAsync(response.OutputStream, _stop.Token);
    }

    private static string ReadLine(BufferedStream stream)
    {
        var line = new StringBuilder();
        for (int next; (next = stream.ReadByte()) is not (-1 or '\n');)
            line.Append((char)next);
        return line.ToString().TrimEnd('\r');
    }

    private Process Start(HttpListenerRequest request)
    {
        var start = new ProcessStartInfo(_git.Executable) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-c", "safe.directory=*", "-c", "uploadpack.allowFilter=true", "-c", "uploadpack.allowAnySHA1InWant=true", "http-backend"])
            start.ArgumentList.Add(argument);
        GitEnvironment.Apply(start.Environment, _git);
        start.Environment["GIT_PROJECT_ROOT"] = _folder;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["REQUEST_METHOD"] = request.HttpMethod;
        start.Environment["PATH_INFO"] = Uri.UnescapeDataString(request.Url!.AbsolutePath);
        start.Environment["QUERY_STRING"] = request.Url.Query.TrimStart('?');
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["REMOTE_ADDR"] = "127.0.0.1";
        if (request.ContentLength64 >= 0)
            start.Environment["CONTENT_LENGTH"] = request.ContentLength64.ToString(CultureInfo.InvariantCulture);
        if (request.Headers["Content-Encoding"] is { } encoding)
            start.Environment["HTTP_CONTENT_ENCODING"] = encoding;
        if (request.Headers["Git-Protocol"] is { } protocol)
            start.Environment["GIT_PROTOCOL"] = protocol;

        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }
}
