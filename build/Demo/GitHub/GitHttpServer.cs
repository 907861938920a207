using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace PhasedRollout.Demo.GitHub;

/// <summary>Serves the git repositories below a folder over git's smart HTTP on loopback, by <c>git http-backend</c> (a CGI program,
/// https://git-scm.com/docs/git-http-backend): what any git host does.</summary>
public sealed class GitHttpServer : IAsyncDisposable
{
    private readonly LoopbackServer _server;
    private readonly GitProgram _git;
    private readonly string _folder;

    private GitHttpServer(GitProgram git, string folder)
    {
        (_git, _folder) = (git, folder);
        _server = LoopbackServer.Start("The git server", 0, HandleAsync);
    }

    /// <summary>Where it answers; a repository is at its path below the folder.</summary>
    public Uri Url => _server.Url;

    /// <summary>Starts serving on a free port. Partial clones and fetches by id are allowed, as hosts do.</summary>
    /// <exception cref="DemoException">No port is to be had.</exception>
    public static GitHttpServer Start(string folder, GitProgram? git = null) => new(git ?? new GitProgram("git"), folder);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task HandleAsync(HttpListenerContext context, CancellationToken ct)
    {
        using var backend = Start(context.Request);
        try
        {
            var feeding = FeedAsync(context.Request.InputStream, backend, ct);
            await AnswerAsync(backend.StandardOutput.BaseStream, context.Response, ct);
            await feeding;
        }
        finally
        {
            if (!backend.HasExited)
                backend.Kill(entireProcessTree: true);
        }

        context.Response.Close();
    }

    private static async Task FeedAsync(Stream body, Process backend, CancellationToken ct)
    {
        await body.CopyToAsync(backend.StandardInput.BaseStream, ct);
        backend.StandardInput.Close();
    }

    // CGI: header lines, an empty line, the body.
    private static async Task AnswerAsync(Stream output, HttpListenerResponse response, CancellationToken ct)
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
        await buffered.CopyToAsync(response.OutputStream, ct);
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
