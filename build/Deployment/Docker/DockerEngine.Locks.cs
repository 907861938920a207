using System.Formats.Tar;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhasedRollout.Deployment.Locking;

namespace PhasedRollout.Deployment.Docker;

/// <summary>The lock as a container of a fixed name, created and never started: the engine gives a name to exactly one of many that ask for it
/// (it answers 201 to everyone who asks for a volume, and network names are not unique). Its image is empty, imported from an empty tar; its
/// lease is a file in it, dated by the engine's own clock; it bears no label of Compose's.</summary>
public sealed partial class DockerEngine : ILockStore
{
    private const string LockLabel = "phased-rollout.lock";
    private const string RunLabel = LockLabel + ".run";
    private const string UserLabel = LockLabel + ".user";
    private const string HostLabel = LockLabel + ".host";
    private const string ProcessLabel = LockLabel + ".process";
    private const string LeaseFile = "lease";
    private const int Attempts = 5;

    /// <inheritdoc />
    public async Task<HeldLock?> FindAsync(string project, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync("look for the lock", HttpMethod.Get, $"containers/{LockName(project)}/json", null, cancellationToken, HttpStatusCode.NotFound);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;

        var container = await ReadAsync(answer, cancellationToken);
        var id = (string?)container["Id"] ?? "";
        var labels = container["Config"]?["Labels"];
        var since = Time((string?)container["Created"]);
        var renewed = await LeaseTimeAsync(id, cancellationToken) is { } lease && lease > since ? lease : since;
        return new HeldLock(
            id,
            (string?)labels?[LockLabel] == project
                ? new LockHolder(
                    (string?)labels[RunLabel] ?? "", (string?)labels[UserLabel] ?? "", (string?)labels[HostLabel] ?? "", DeployerProcess.Parse((string?)labels[ProcessLabel]))
                : null,
            since,
            EngineTime(answer) - renewed);
    }

    /// <inheritdoc />
    public async Task<string?> TryCreateAsync(string project, LockHolder holder, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var image = await ImportEmptyImageAsync(project, holder.RunId, cancellationToken);
            using var answer = await SendAsync("take the lock", HttpMethod.Post, $"containers/create?name={LockName(project)}", EngineJson.Content(new JsonObject
            {
                ["Image"] = image,
                ["Cmd"] = new JsonArray("lock"),
                ["Labels"] = new JsonObject
                {
                    [LockLabel] = project,
                    [RunLabel] = holder.RunId,
                    [UserLabel] = holder.User,
                    [HostLabel] = holder.Host,
                    [ProcessLabel] = holder.Process?.ToString() ?? "",
                },
                ["HostConfig"] = new JsonObject { ["NetworkMode"] = "none" },
            }), cancellationToken, HttpStatusCode.Conflict, HttpStatusCode.NotFound);
            switch (answer.StatusCode)
            {
                case HttpStatusCode.Conflict:
                    await RemoveLockImageAsync(image, cancellationToken);
                    return null;
                // The image of one that asks in vain looks, to the one that has just got the lock, like what a dead deployer left.
                case HttpStatusCode.NotFound when attempt < Attempts:
                    continue;
                case HttpStatusCode.NotFound:
                    throw new TargetRefusedException("take the lock", Message(answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken)));
            }

            await SweepLockImagesAsync(project, image, cancellationToken);
            return (string?)(await ReadAsync(answer, cancellationToken))["Id"];
        }
    }

    /// <inheritdoc />
    public async Task<bool> ExistsAsync(string id, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync("look at the lock", HttpMethod.Get, $"containers/{id}/json", null, cancellationToken, HttpStatusCode.NotFound);
        return answer.StatusCode != HttpStatusCode.NotFound;
    }

    /// <inheritdoc />
    public async Task<bool> RenewAsync(string id, CancellationToken cancellationToken)
    {
        using var look = await SendAsync("look at the lock", HttpMethod.Get, $"containers/{id}/json", null, cancellationToken, HttpStatusCode.NotFound);
        if (look.StatusCode == HttpStatusCode.NotFound)
            return false;

        using var archive = new ByteArrayContent(await LeaseAsync(EngineTime(look), cancellationToken));
        archive.Headers.ContentType = new("application/x-tar");
        using var answer = await SendAsync("renew the lock", HttpMethod.Put, $"containers/{id}/archive?path=/", archive, cancellationToken, HttpStatusCode.NotFound);
        return answer.StatusCode != HttpStatusCode.NotFound;
    }

    /// <inheritdoc />
    public async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        using var look = await SendAsync("look at the lock", HttpMethod.Get, $"containers/{id}/json", null, cancellationToken, HttpStatusCode.NotFound);
        if (look.StatusCode == HttpStatusCode.NotFound)
            return;

        var image = (string?)(await ReadAsync(look, cancellationToken))["Image"];
        // 409: somebody else is removing it at this moment.
        using var answer = await SendAsync(
            "remove the lock", HttpMethod.Delete, $"containers/{id}?force=1&v=1", null, cancellationToken, HttpStatusCode.NotFound, HttpStatusCode.Conflict);
        if (image is not null)
            await RemoveLockImageAsync(image, cancellationToken);
    }

    /// <summary>The name of a project's lock.</summary>
    internal static string LockName(string project) => $"phased-rollout.lock.{project}";

    private async Task<string> ImportEmptyImageAsync(string project, string run, CancellationToken cancellationToken)
    {
        // Two blocks of zeros are a tar of nothing.
        using var nothing = new ByteArrayContent(new byte[1024]);
        nothing.Headers.ContentType = new("application/x-tar");
        var changes = Uri.EscapeDataString($"LABEL {LockLabel}=\"{project}\"");
        using var answer = await SendAsync(
            "import the lock's empty image", HttpMethod.Post, $"images/create?fromSrc=-&repo={LockLabel}&tag={Uri.EscapeDataString(run)}&changes={changes}", nothing, cancellationToken);

        // A stream of messages; the last one is the image's id.
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        var message = Parse("import the lock's empty image", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "");
        return (string?)message["error"] is { } error
            ? throw new TargetRefusedException("import the lock's empty image", error)
            : (string?)message["status"] ?? throw new TargetRefusedException("import the lock's empty image", text);
    }

    // What a deployer left that died before it had the lock. Nobody else is between import and creation for long, and whoever is tries again.
    private async Task SweepLockImagesAsync(string project, string own, CancellationToken cancellationToken)
    {
        var filter = Uri.EscapeDataString(new JsonObject { ["label"] = new JsonArray($"{LockLabel}={project}") }.ToJsonString());
        using var answer = await SendAsync("list images", HttpMethod.Get, $"images/json?filters={filter}", null, cancellationToken);
        foreach (var image in Parse("list images", await answer.Content.ReadAsStringAsync(cancellationToken)) as JsonArray ?? [])
            if ((string?)image?["Id"] is { } id && id != own)
                await RemoveLockImageAsync(id, cancellationToken);
    }

    // Gone or still used are both fine: its last user removes it.
    private async Task RemoveLockImageAsync(string image, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync("remove the lock's empty image", HttpMethod.Delete, $"images/{image}", null, cancellationToken,
            HttpStatusCode.NotFound, HttpStatusCode.Conflict, HttpStatusCode.InternalServerError);
    }

    private async Task<DateTimeOffset?> LeaseTimeAsync(string id, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync("read the lock's lease", HttpMethod.Head, $"containers/{id}/archive?path=/{LeaseFile}", null, cancellationToken, HttpStatusCode.NotFound);
        if (!answer.Headers.TryGetValues("X-Docker-Container-Path-Stat", out var values))
            return null;

        var stat = JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(values.First())));
        return Time((string?)stat?["mtime"]);
    }

    private static async Task<byte[]> LeaseAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await using (var tar = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, LeaseFile) { ModificationTime = now }, cancellationToken);
        return bytes.ToArray();
    }

    private Task<HttpResponseMessage> SendAsync(
        string what, HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken, params HttpStatusCode[] alsoFine) =>
        CallAsync(what, async (_, token) =>
        {
            using var request = new HttpRequestMessage(method, ApiPath(path)) { Content = content };
            return await SendAsync(what, request, HttpCompletionOption.ResponseContentRead, alsoFine, token);
        }, cancellationToken);

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        Parse("read the lock", await answer.Content.ReadAsStringAsync(cancellationToken));

    private static JsonNode Parse(string what, string text)
    {
        try
        {
            return JsonNode.Parse(text) is { } node and (JsonObject or JsonArray) ? node : throw new JsonException("no object");
        }
        catch (JsonException garbled)
        {
            throw Unreadable(what, garbled);
        }
    }

    // A proxy that takes the header away leaves our own clock.
    private static DateTimeOffset EngineTime(HttpResponseMessage answer) => answer.Headers.Date ?? TimeProvider.System.GetUtcNow();

    private static DateTimeOffset Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : DateTimeOffset.UnixEpoch;
}
