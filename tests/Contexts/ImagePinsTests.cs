using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts;

public class ImagePinsTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly MemoryRegistry registry = new();

    [Fact]
    public async Task A_tag_is_pinned_to_the_digest_that_its_registry_gives()
    {
        registry.Answers["redis:7"] = new ImageFound(Digest);

        (await PinAsync(Stack.Image("cache", "redis:7"))).ShouldBe([Digest]);
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_leaves_the_tag() =>
        (await PinAsync(Stack.Image("cache", "redis:7"))).ShouldBe([null]);

    [Fact]
    public async Task What_a_registry_has_no_say_in_is_not_asked()
    {
        (await PinAsync(
            Stack.Image("never", "redis:7") with { PullPolicy = "never" },
            Stack.Image("digest", $"redis:7@{Digest}"),
            Stack.Image("variable", "redis:${TAG}"),
            Stack.Built("api", Stack.Context("api")) with { Image = "acme/api:1" },
            Stack.Image("worker", "docker.io/acme/api:1"))).ShouldAllBe(digest => digest == null);

        registry.Asked.ShouldBeEmpty();
    }

    private async Task<IEnumerable<string?>> PinAsync(params Service[] services)
    {
        var rollout = Stack.Rollout(services);
        var verified = Reports.Stack.Verify(rollout);
        return (await ImagePins.Ask(registry, rollout, TestContext.Current.CancellationToken).ApplyAsync(verified)).Services.Select(service => service.ImageDigest);
    }
}
