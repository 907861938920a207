using PhasedRollout.Demo.Machines;
using PhasedRollout.Tests.Compose;

namespace PhasedRollout.Tests.Demo.Machines;

public sealed class FetchLockTests
{
    [Fact]
    public async Task Whoever_comes_second_waits_until_the_first_is_done()
    {
        using var temporary = new TemporaryFolder();
        var folder = Path.Combine(temporary.Path, "packages");
        var first = await FetchLock.TakeAsync(folder, TestContext.Current.CancellationToken);

        var second = FetchLock.TakeAsync(folder, TestContext.Current.CancellationToken);
        second.IsCompleted.ShouldBeFalse();
        first.Dispose();

        (await second.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)).Dispose();
    }
}
