using System.Globalization;
using System.Text;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs.Terminal;

/// <summary>Keeps the steps that are under way below the last line of a terminal. Everything else that is written goes through here too, and
/// stands above them. The cursor rests at the first of those lines, so that whatever else writes to the terminal overwrites them.</summary>
public sealed class LiveProgress : TextWriter, IStepDisplay
{
    private const int MostLines = 8;
    private const string EraseBelow = "\e[J";
    private const string EraseLine = "\e[K";

    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(500);
    private static readonly string[] Spinner = ["|", "/", "-", "\\"];

    private readonly Lock gate = new();
    private readonly List<Shown> steps = [];
    private readonly TextWriter terminal;
    private readonly Func<int> width;
    private readonly Func<string, string> redact;
    private readonly TimeProvider clock;
    private readonly bool isColoured;
    private readonly ITimer timer;
    private bool atLineStart = true;
    private bool isDrawn;
    private bool isClosed;
    private int frame;

    /// <param name="terminal">The terminal.</param>
    /// <param name="width">Its columns now.</param>
    /// <param name="redact">Takes secrets out of what a step says.</param>
    /// <param name="isColoured">Whether colours are wanted.</param>
    /// <param name="clock">The clock.</param>
    public LiveProgress(TextWriter terminal, Func<int> width, Func<string, string> redact, bool isColoured, TimeProvider clock)
        : base(CultureInfo.InvariantCulture)
    {
        ArgumentNullException.ThrowIfNull(clock);
        (this.terminal, this.width, this.redact, this.isColoured, this.clock) = (terminal, width, redact, isColoured, clock);
        timer = clock.CreateTimer(_ => Redraw(), null, Frame, Frame);
    }

    /// <inheritdoc />
    public override Encoding Encoding => terminal.Encoding;

    /// <inheritdoc />
    public IRunStep Begin(RunStep step)
    {
        // A phase's gate is the gates of its services.
        if (step is { Kind: StepKind.Gate, Service: null })
            return UnwatchedStep.Instance;

        var shown = new Shown(this, step, clock.GetTimestamp());
        lock (gate)
            steps.Add(shown);
        return shown;
    }

    /// <inheritdoc />
    public override void Write(char value) => Write([value]);

    /// <inheritdoc />
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc />
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc />
    public override void WriteLine(string? value) => Write(value + "\n");

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (buffer.Length == 0)
            return;

        lock (gate)
        {
            atLineStart = buffer[^1] == '\n';
            terminal.Write((isDrawn ? EraseBelow : "") + buffer.ToString() + Lines());
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            timer.Dispose();
            lock (gate)
            {
                isClosed = true;
                if (isDrawn)
                    terminal.Write(EraseBelow);
                isDrawn = false;
            }
        }

        base.Dispose(disposing);
    }

    private void Redraw()
    {
        lock (gate)
        {
            frame++;
            if (isClosed || !atLineStart || (steps.Count == 0 && !isDrawn))
                return;

            terminal.Write((isDrawn ? EraseBelow : "") + Lines());
        }
    }

    private void End(Shown step)
    {
        lock (gate)
        {
            if (steps.Remove(step) && isDrawn)
                terminal.Write(EraseBelow + Lines());
        }
    }

    private string Lines()
    {
        isDrawn = !isClosed && atLineStart && steps.Count > 0;
        if (!isDrawn)
            return "";

        var columns = Math.Max(width(), 20) - 1;
        var lines = steps.Take(steps.Count > MostLines ? MostLines - 1 : MostLines).Select(step => Line(step, columns)).ToList();
        if (steps.Count > MostLines)
            lines.Add(FormattableString.Invariant($"  … and {steps.Count - lines.Count} more"));

        var up = lines.Count > 1 ? FormattableString.Invariant($"\e[{lines.Count - 1}A") : "";
        return string.Join('\n', lines.Select(line => line + EraseLine)) + up + "\r";
    }

    private string Line(Shown step, int columns)
    {
        var spinner = Spinner[frame % Spinner.Length];
        var ran = clock.GetElapsedTime(step.Since);
        var left = step.Step is { Kind: StepKind.Gate, AtMost: { } most } && most > ran ? $", {Minutes(most - ran)} left" : "";
        var name = step.Step.Service ?? FormattableString.Invariant($"phase {step.Step.Phase}");
        var head = Fit($" {spinner} {Verb(step.Step.Kind)} {name}  {Minutes(ran)}{left}", columns);
        var detail = Fit(redact(step.Detail), columns - Columns(head) - 2);
        return detail.Length == 0 ? head : $"{head}  {(isColoured ? $"\e[2m{detail}\e[0m" : detail)}";
    }

    private static string Verb(StepKind kind) => kind switch
    {
        StepKind.Build => "build",
        StepKind.Pull => "pull ",
        StepKind.Start => "start",
        StepKind.Gate => "gate ",
        _ => "undo ",
    };

    private static string Minutes(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time.Seconds:00}");

    /// <summary>As much of the text as fits into so many columns, on one line and without control characters.</summary>
    internal static string Fit(string text, int columns)
    {
        var result = new StringBuilder();
        var used = 0;
        foreach (var rune in text.EnumerateRunes().Where(rune => !Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format))
        {
            if (used + Columns(rune) > columns)
                return result.ToString().TrimEnd();

            used += Columns(rune);
            result.Append(rune);
        }

        return result.ToString().TrimEnd();
    }

    private static int Columns(string text) => text.EnumerateRunes().Sum(Columns);

    // Wide in every terminal: Hangul, CJK, emoji. A sign more than needed is counted for a few that are narrow.
    private static int Columns(Rune rune) => rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or >= 0x1F300 ? 2 : 1;

    private sealed class Shown(LiveProgress owner, RunStep step, long since) : IRunStep
    {
        public RunStep Step { get; } = step;

        public long Since { get; } = since;

        public string Detail { get; private set; } = "";

        public void Say(string detail) => Detail = detail;

        public void Dispose() => owner.End(this);
    }
}
