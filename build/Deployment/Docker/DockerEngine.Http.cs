using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PhasedRollout.Deployment.Docker;

/// <summary>What the SDK has no words for is asked in HTTP, over the same transport and with the same ends as through the SDK.</summary>
public sealed partial class DockerEngine
{
    private Task<JsonObject> InspectJsonAsync(string container, CancellationToken cancellationToken) =>
        SendAsync($"inspect container {container}", () => new HttpRequestMessage(HttpMethod.Get, ApiPath($"containers/{Uri.EscapeDataString(container)}/json")),
            async (answer, token) => await answer.Content.ReadFromJsonAsync(EngineJson.Default.JsonObject, token) ?? [], cancellationToken);

    private Task<object?> PostAsync(string what, string path, JsonObject body, CancellationToken cancellationToken) =>
        SendAsync<object?>(what, () => new HttpRequestMessage(HttpMethod.Post, ApiPath(path)) { Content = EngineJson.Content(body) },
            (_, _) => Task.FromResult<object?>(null), cancellationToken);

    /// <summary>Sends a request and reads what is answered while it comes; a refusal is thrown as the SDK's calls throw theirs.</summary>
    private Task<T> SendAsync<T>(
        string what, Func<HttpRequestMessage> request, Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken, TimeSpan? patience = null) => CallAsync(what, async (_, token) =>
    {
        using var message = request();
        using var answer = await SendAsync(what, message, HttpCompletionOption.ResponseHeadersRead, [], token);
        return await read(answer, token);
    }, cancellationToken, patience);

    private async Task<HttpResponseMessage> SendAsync(
        string what, HttpRequestMessage request, HttpCompletionOption completion, HttpStatusCode[] alsoFine, CancellationToken token)
    {
        var answer = await http.SendAsync(request, completion, token);
        if (answer.IsSuccessStatusCode || alsoFine.Contains(answer.StatusCode))
            return answer;

        using (answer)
            throw new TargetRefusedException(what, Message(answer.StatusCode, await answer.Content.ReadAsStringAsync(token)));
    }

    // Only once the client is there is it known which version the engine speaks.
    private Uri ApiPath(string path) => new($"/v{api}/{path}", UriKind.Relative);
}
