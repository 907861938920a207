using System.Text;
using System.Text.Json;

namespace PhasedRollout.Deployment.Docker;

/// <summary>Reads the messages of a build, whichever builder it is: one JSON object a line. A failed step throws nothing, it is a message among the others.</summary>
internal sealed class BuildOutput
{
    private readonly Action<string> output;
    private readonly OutputLines lines;
    private readonly BuildKitSteps steps;

    /// <summary>Shows what a build says, line by line.</summary>
    public BuildOutput(Action<string> output)
    {
        this.output = output;
        lines = new OutputLines(Show);
        steps = new BuildKitSteps(Show);
    }

    /// <summary>The step that failed; while nothing did, the last one that began.</summary>
    public string? Step { get; private set; }

    /// <summary>The builder's error; null when there was none.</summary>
    public string? Error { get; private set; }

    /// <summary>Reads to the end.</summary>
    public async Task ReadAsync(Stream answer, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(answer);
        try
        {
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
                if (!string.IsNullOrWhiteSpace(line))
                    Read(line);
        }
        finally
        {
            lines.Complete();
            Step = steps.Complete(Error) ?? Step;
        }
    }

    private void Read(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var message = document.RootElement;
            if (message.TryGetProperty("errorDetail", out var detail) && detail.ValueKind == JsonValueKind.Object && Text(detail, "message") is { Length: > 0 } error)
                Error = error.TrimEnd();
            else if (Text(message, "error") is { Length: > 0 } bare)
                Error ??= bare.TrimEnd();

            // A message is what was written at once, not a line.
            lines.Append(Text(message, "stream") ?? (Text(message, "status") is { Length: > 0 } status ? status + "\n" : ""));
            if (Text(message, "id") == "moby.buildkit.trace" && Text(message, "aux") is { } trace && BuildKitTrace.Parse(Convert.FromBase64String(trace)) is { } read)
                steps.Report(read);
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            Error ??= $"the engine's answer cannot be read: {line[..Math.Min(line.Length, 200)]}";
        }
    }

    private static string? Text(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private void Show(string text)
    {
        var line = text.Trim();
        if (line.Length == 0)
            return;
        if (line.StartsWith("Step ", StringComparison.Ordinal))
            Step = line;
        output(line);
    }
}

/// <summary>Puts lines together from pieces of text. Of a line without an end only the beginning is kept.</summary>
internal sealed class OutputLines(Action<string> line)
{
    private const int Longest = 16 << 10;

    private readonly StringBuilder pending = new();

    /// <summary>Takes a piece.</summary>
    public void Append(ReadOnlySpan<char> text)
    {
        while (text.IndexOf('\n') is var end and >= 0)
        {
            Keep(text[..end]);
            Complete();
            text = text[(end + 1)..];
        }

        Keep(text);
    }

    /// <summary>Gives what has no line end.</summary>
    public void Complete()
    {
        if (pending.Length == 0)
            return;

        line(pending.ToString());
        pending.Clear();
    }

    private void Keep(ReadOnlySpan<char> text) => pending.Append(text[..Math.Min(text.Length, Longest - pending.Length)]);
}
