using System.Text.RegularExpressions;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs.Terminal;

namespace PhasedRollout.Tests.Runs.Terminal;

public sealed partial class LiveProgressTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly Screen screen = new();
    private readonly LiveProgress live;

    public LiveProgressTests() => live = new LiveProgress(screen, () => 60, text => text.Replace("hunter2", "[REDACTED]", StringComparison.Ordinal), isColoured: false, clock);

    public void Dispose()
    {
        live.Dispose();
        screen.Dispose();
    }

    [Fact]
    public void A_step_stands_below_the_lines_while_it_lasts()
    {
        live.WriteLine("first");
        using (var step = live.Begin(new RunStep(StepKind.Build, "brain-api")))
        {
            step.Say("Step 4/7 : RUN pip install with hunter2");
            clock.Advance(TimeSpan.FromSeconds(41));
            live.WriteLine("second");

            screen.Lines.ShouldBe(["first", "second", " - build brain-api  0:41  Step 4/7 : RUN pip install with ["]);
        }

        screen.Lines.ShouldBe(["first", "second"]);
    }

    [Fact]
    public void A_gate_says_how_much_time_is_left()
    {
        using var step = live.Begin(new RunStep(StepKind.Gate, "brain-api") { AtMost = TimeSpan.FromMinutes(5) });
        clock.Advance(TimeSpan.FromSeconds(72));

        screen.Lines.ShouldHaveSingleItem().ShouldEndWith("gate  brain-api  1:12, 3:48 left");
    }

    [Fact]
    public void A_line_that_is_not_ended_is_not_torn_apart()
    {
        using var step = live.Begin(new RunStep(StepKind.Pull, "saleor-api"));
        live.Write("half");
        clock.Advance(TimeSpan.FromSeconds(1));
        live.Write(" and half\n");

        screen.Lines[0].ShouldBe("half and half");
    }

    [Fact]
    public void Many_steps_do_not_fill_the_screen()
    {
        foreach (var number in Enumerable.Range(1, 20))
            live.Begin(new RunStep(StepKind.Build, $"service-{number}"));
        clock.Advance(TimeSpan.FromSeconds(1));

        screen.Lines.Count.ShouldBe(8);
        screen.Lines[^1].ShouldBe("  … and 13 more");
    }

    [Fact]
    public void The_end_leaves_nothing_behind()
    {
        live.Begin(new RunStep(StepKind.Undo, null) { Phase = 2 });
        clock.Advance(TimeSpan.FromSeconds(1));
        screen.Lines.ShouldHaveSingleItem().ShouldContain("undo  phase 2");

        live.Dispose();

        screen.Lines.ShouldBeEmpty();
    }

    [Fact]
    public void Whatever_a_step_says_the_lines_above_stay_as_they_were_written() => Gen.Select(Gen.String.Array[1, 6], Gen.String[0, 200]).Sample((said, line) =>
    {
        line = Regex.Replace(line, @"[\p{C}]", ".");
        using var terminal = new Screen();
        using var display = new LiveProgress(terminal, () => 40, text => text, isColoured: false, clock);
        foreach (var text in said)
        {
            using var step = display.Begin(new RunStep(StepKind.Build, "s"));
            step.Say(text);
            display.WriteLine(line);
            terminal.Lines.Count.ShouldBe(2);
            terminal.Lines[0].ShouldBe(line);
            terminal.Clear();
        }
    }, iter: 200);

    /// <summary>The little of a terminal that the display uses.</summary>
    private sealed partial class Screen : StringWriter
    {
        private readonly List<string> rows = [""];
        private int row;

        public List<string> Lines => rows[^1].Length == 0 ? rows[..^1] : rows;

        public void Clear()
        {
            rows.Clear();
            rows.Add("");
            row = 0;
        }

        public override void Write(string? value)
        {
            foreach (var piece in Piece().Matches(value!).Select(match => match.Value))
            {
                if (piece == "\n")
                {
                    if (++row == rows.Count)
                        rows.Add("");
                }
                else if (piece == "\e[J")
                {
                    rows.RemoveRange(row, rows.Count - row);
                    rows.Add("");
                }
                else if (piece[0] == '\e' && piece[^1] == 'A')
                {
                    row -= int.Parse(piece[2..^1], System.Globalization.CultureInfo.InvariantCulture);
                }
                else if (piece is not ("\r" or "\e[K"))
                {
                    rows[row] += piece;
                }
            }
        }

        [GeneratedRegex(@"\x1b\[\d*[AJK]|\n|\r|[^\x1b\n\r]+")]
        private static partial Regex Piece();
    }
}
