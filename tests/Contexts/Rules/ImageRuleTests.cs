using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts.Rules;

public class ImageRuleTests
{
    [Fact]
    public async Task Registries_that_cannot_be_asked_are_one_hint_of_the_whole_file()
    {
        var rollout = Stack.Rollout(Stack.Image("api"), Stack.Image("cache", "redis:7"), Stack.Image("worker", "redis:7"));

        var verified = await new ContextVerifier(new MemorySource(), new MemoryLog(), RuleSet.Default.With(new ImageRule(new MemoryRegistry())))
            .VerifyAsync(rollout, TestContext.Current.CancellationToken);

        var finding = verified.AllFindings.Where(it => it.Rule == "VC216").ShouldHaveSingleItem();
        (finding.Rule, finding.Service, finding.Certainty).ShouldBe(("VC216", null, Certainty.Hint));
        finding.Message.ShouldBe("unknown: ghcr.io, docker.io could not be asked whether ghcr.io/saleor/saleor:3.20, redis:7 are there; tags stay as they are written");
        finding.Evidence.ShouldBe(["no route to host"]);
        verified.Services.ShouldAllBe(service => service.Verdict == Verdict.Ready);
    }
}
