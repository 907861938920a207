using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts;

public sealed class ContextsTableTests
{
    [Theory]
    [InlineData(true, "table.txt")]
    [InlineData(false, "table.ascii.txt")]
    public async Task The_table_is_the_seeds_with_an_answer_for_everything(bool unicode, string golden)
    {
        var repository = MemoryRepository.Of(
            "bizosaas-platform/ai/services/bizosaas-brain/Dockerfile", "bizosaas-platform/backend/services/cms/Dockerfile",
            "bizosaas/ecommerce/services/coreldove-backend/package.json");
        var rollout = Stack.Rollout(
            Stack.Image("saleor-api"),
            Stack.Built("brain-api", "bizosaas-platform/ai/services/bizosaas-brain"),
            Stack.Built("wagtail-cms", "backend/services/cms"),
            Stack.Built("coreldove-backend", "bizosaas/ecommerce/services/coreldove-backend"),
            Stack.Built("elsewhere", new OtherContext("https://gitlab.com/a/b.git#main", "a git repository on gitlab.com"))) with
        {
            Accepted = [new AcceptedFinding("VC201", "coreldove-backend", "its image is built by hand")],
        };

        var verified = await new ContextVerifier(MemorySource.With(repository), new MemoryLog())
            .VerifyAsync(rollout, TestContext.Current.CancellationToken);

        string.Join('\n', ContextsTable.Lines(verified, unicode)).Replace(repository.Commit[..12], "<commit>", StringComparison.Ordinal)
            .ShouldBeGolden("Contexts", golden);
    }
}
