using PhasedRollout.Demo.Benchmark;

namespace PhasedRollout.Tests.Demo.Benchmark;

public class BenchmarkResultsTests
{
    [Fact]
    public void The_table_shows_medians_and_ratios()
    {
        var results = new BenchmarkResults();
        foreach (var seconds in new[] { 1, 2, 9 })
        {
            results.Add(Measure.Unchanged, Peer.Ours, new Measured(TimeSpan.FromSeconds(seconds), 100 << 20, []));
            results.Add(Measure.Unchanged, Peer.Compose, new Measured(TimeSpan.FromSeconds(4), 50 << 20, []));
        }

        results.AddGateLatency(TimeSpan.FromMilliseconds(30));

        var text = string.Join('\n', results.Lines(3, "the ordinary program"));
        text.ShouldContain("unchanged redeploy                 2.00 s        4.00 s    0.50");
        text.ShouldContain("100 MiB        50 MiB  2.00");
        text.ShouldContain("Ours is the ordinary program.");
        text.ShouldContain("30 ms (median of 1)");
    }

    [Fact]
    public void Session_and_pages_are_read_whatever_a_program_is_called() =>
        MeasuredCommand.SessionAndPages("7 (a) b) S 1 7 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 1000 77 18446744073709551615 1").ShouldBe((42, 77L));
}
