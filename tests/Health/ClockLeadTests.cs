using PhasedRollout.Health.Docker;

namespace PhasedRollout.Tests.Health;

/// <summary>The clock of an engine on another machine.</summary>
public class ClockLeadTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_asks_at_the_same_moment_gets_the_same_lead()
    {
        var measurements = 0;
        var answer = new TaskCompletionSource();
        var lead = new ClockLead(async _ =>
        {
            var mine = Interlocked.Increment(ref measurements);
            await answer.Task;
            return TimeSpan.FromTicks(mine);
        });
        var asked = Enumerable.Range(0, 10).Select(_ => lead.GetAsync(Stop)).ToArray();
        answer.SetResult();

        (await Task.WhenAll(asked)).ShouldAllBe(ticks => ticks == TimeSpan.FromTicks(1));
        (await lead.GetAsync(Stop)).ShouldBe(TimeSpan.FromTicks(1));
    }

    [Fact]
    public async Task A_measurement_that_failed_is_made_again()
    {
        var measurements = 0;
        var lead = new ClockLead(_ => ++measurements == 1 ? Task.FromException<TimeSpan>(new IOException("away")) : Task.FromResult(TimeSpan.FromSeconds(2)));

        await Should.ThrowAsync<IOException>(() => lead.GetAsync(Stop));
        (await lead.GetAsync(Stop)).ShouldBe(TimeSpan.FromSeconds(2));
    }
}
