using System.Text;
using System.Text.RegularExpressions;

namespace PhasedRollout.Deployment.Docker;

/// <summary>Tells a build of BuildKit as the classic builder tells one: a step, what it printed, the next step. BuildKit does several at once; what one
/// prints while another is told waits for its turn, and the one that failed comes last.</summary>
internal sealed partial class BuildKitSteps(Action<string> output)
{
    private readonly Dictionary<string, Step> steps = new(StringComparer.Ordinal);
    private readonly List<Step> waiting = [];
    private Step? told;
    private bool isFailing;

    /// <summary>Takes what BuildKit said.</summary>
    public void Report(BuildKitTrace trace)
    {
        foreach (var vertex in trace.Vertexes)
            Take(vertex);
        foreach (var log in trace.Logs)
            if (steps.GetValueOrDefault(log.Vertex) is { } step)
                step.Append(log);

        while (Tell())
        {
        }
    }

    /// <summary>Tells what waits when the build is over.</summary>
    /// <param name="error">Why it failed; null when it did not.</param>
    /// <returns>The step that failed; null when none did, or what the builder does for itself.</returns>
    public string? Complete(string? error)
    {
        var failed = error is null ? null : Failed(error);
        if (failed is { IsTold: false, IsQuiet: false })
            failed.Begin(output);
        (failed ?? told)?.Drain(output, isComplete: true);
        if (error is not null)
            // What stopped because another step failed has nothing to say about that.
            return failed is { IsQuiet: false } ? failed.Title : null;

        foreach (var step in waiting)
        {
            step.Begin(output);
            step.Drain(output, isComplete: true);
        }

        return null;
    }

    private Step? Failed(string error) =>
        steps.Values.LastOrDefault(step => step.Error is { } words && error.Contains(words, StringComparison.Ordinal))
        ?? steps.Values.LastOrDefault(step => step.Error?.Contains("context canceled", StringComparison.Ordinal) == false);

    private void Take(BuildKitVertex vertex)
    {
        if (!steps.TryGetValue(vertex.Digest, out var step))
            steps[vertex.Digest] = step = new Step(vertex.Name);
        if (vertex.HasStarted && !step.HasStarted)
        {
            step.HasStarted = true;
            if (!step.IsQuiet)
                waiting.Add(step);
        }

        step.IsCached |= vertex.IsCached;
        step.HasCompleted |= vertex.HasCompleted;
        if (vertex.Error.Length == 0)
            return;

        step.Error = vertex.Error;
        isFailing = true;
    }

    // True when there may be more to tell.
    private bool Tell()
    {
        if (told is null)
        {
            // What comes after a failure would only hide it.
            if (isFailing || (waiting.FirstOrDefault(step => step.HasCompleted) ?? waiting.FirstOrDefault()) is not { } next)
                return false;

            waiting.Remove(next);
            told = next;
            next.Begin(output);
        }

        told.Drain(output, told.HasCompleted);
        if (!told.HasCompleted)
            return false;

        told = null;
        return true;
    }

    private sealed class Step(string name)
    {
        // As much as a failure is told with.
        private const int MostHeld = 200;

        private readonly Queue<string> held = new();
        private readonly Dictionary<int, (Decoder Decoder, OutputLines Lines)> streams = [];

        public string Title { get; } = TitleOf(name);

        // What the builder does for itself.
        public bool IsQuiet { get; } = (name.StartsWith("[internal]", StringComparison.Ordinal) && !Metadata().IsMatch(name)) || name.StartsWith("[auth]", StringComparison.Ordinal) || name == "copy /context /";

        public bool HasStarted { get; set; }

        public bool IsCached { get; set; }

        public bool HasCompleted { get; set; }

        public string? Error { get; set; }

        public bool IsTold { get; private set; }

        public void Begin(Action<string> output)
        {
            IsTold = true;
            output(Title);
            if (IsCached)
                output(" ---> Using cache");
        }

        public void Append(BuildKitLog log)
        {
            if (!streams.TryGetValue(log.Stream, out var stream))
                streams[log.Stream] = stream = (Encoding.UTF8.GetDecoder(), new OutputLines(Hold));
            var characters = new char[Encoding.UTF8.GetMaxCharCount(log.Bytes.Length)];
            stream.Lines.Append(characters.AsSpan(0, stream.Decoder.GetChars(log.Bytes, characters, flush: false)));
        }

        public void Drain(Action<string> output, bool isComplete)
        {
            if (isComplete)
                foreach (var (_, lines) in streams.Values)
                    lines.Complete();
            while (held.TryDequeue(out var line))
                output(line);
        }

        private void Hold(string line)
        {
            held.Enqueue(line);
            if (held.Count > MostHeld)
                held.Dequeue();
        }

        private static string TitleOf(string name) =>
            Numbered().Match(name) is { Success: true } step
                ? $"Step {step.Groups["of"].Value}{(step.Groups["stage"] is { Success: true } stage ? $" ({stage.Value})" : "")} : {Familiar(step.Groups["does"].Value)}"
                : Metadata().Match(name) is { Success: true } image ? $"Step : FROM {Familiar(image.Groups["image"].Value)}"
                : $"Step : {Familiar(name)}";

        // Docker Hub's images by the names that a Dockerfile calls them.
        private static string Familiar(string text) => DockerHub().Replace(text.ReplaceLineEndings(" ").Trim(), "$1");
    }

    [GeneratedRegex(@"^\[(?:(?<stage>[^\]]+) )?(?<of>\d+/\d+)\] (?<does>.+)$", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Numbered();

    [GeneratedRegex(@"^\[internal\] load metadata for (?<image>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Metadata();

    [GeneratedRegex(@"^(FROM )?docker\.io/(?:library/)?")]
    private static partial Regex DockerHub();
}
