using System.Text.Json;
using System.Text.Json.Nodes;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Docker;

public sealed partial class DockerEngine
{
    private static readonly TimeSpan StartOfAProgram = TimeSpan.FromSeconds(2);

    /// <summary>Runs a program in a running container, as the container's user and with its variables, and waits for its end.</summary>
    /// <param name="container">The container's id or name.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="atMost">How long it may take; what takes longer runs on, for the engine's API cannot end it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its exit code; null when it could not be run, or did not end in its time.</returns>
    public async Task<long?> RunInContainerAsync(string container, IReadOnlyList<string> command, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(atMost + StartOfAProgram);
        try
        {
            await GetClientAsync(patience.Token);
            var created = await AskAsync(HttpMethod.Post, $"containers/{Uri.EscapeDataString(container)}/exec", new JsonObject
            {
                ["Cmd"] = new JsonArray([.. command.Select(word => (JsonNode?)word)]),
                ["AttachStdout"] = true,
                ["AttachStderr"] = true,
            }, patience.Token);
            if ((string?)created?["Id"] is not { } id || !await RunToItsEndAsync(id, patience.Token))
                return null;

            var ended = await AskAsync(HttpMethod.Get, $"exec/{id}/json", null, patience.Token);
            return (bool?)ended?["Running"] == false ? (long?)ended["ExitCode"] : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or WorldRefusedException
            || IsSilence(error, cancellationToken))
        {
            return null;
        }
    }

    // The SDK hears of the end only by taking the connection over. Asked without that, the engine's answer ends with the program.
    private async Task<bool> RunToItsEndAsync(string execution, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ApiPath($"exec/{execution}/start")) { Content = EngineJson.Content(new JsonObject()) };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            return false;

        await using var output = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await output.CopyToAsync(Stream.Null, cancellationToken);
        return true;
    }

    private async Task<JsonNode?> AskAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, ApiPath(path)) { Content = body is null ? null : EngineJson.Content(body) };
        using var answer = await http.SendAsync(request, cancellationToken);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)) : null;
    }
}
