using PhasedRollout.Compose;
using PhasedRollout.Contexts;
using PhasedRollout.Demo.Fixture;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts;

/// <summary>The stack that this repository comes with, against the demo's repository, is what a user sees first: nothing may cry wolf there.</summary>
public sealed class DefaultStackTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_default_stack_has_no_finding_beyond_two_hints(bool withValues)
    {
        var file = ComposeReader.Read([Repository.PathOf("phases", "compose.yml")]);
        var values = withValues
            ? new Dictionary<string, string>
            {
                ["VPS_HOST"] = "172.17.0.1",
                ["POSTGRES_USER"] = "bizosaas",
                ["POSTGRES_PASSWORD"] = "correct-horse",
                ["TEMPORAL_HOST"] = "temporal.example.org",
                ["ALLOWED_HOSTS"] = "localhost",
                ["SALEOR_SECRET_KEY"] = "8f3a0c55d1e94b7fa2c6",
            }
            : [];
        var rollout = RolloutReader.Read(file, VariableSet.Of(values));
        var repository = MemoryRepository.Of(FixtureService.Built.SelectMany(service => FixtureFiles.Context(service)
            .Select(it => new MemoryFile($"{service.Path}/{it.Path}", TreeEntryKind.File, it.Content))));

        var verified = await new ContextVerifier(MemorySource.With(repository), new MemoryLog()).VerifyAsync(rollout, TestContext.Current.CancellationToken);

        verified.Services.ShouldAllBe(service => service.Verdict == Verdict.Ready);
        verified.AllFindings.Select(finding => $"{finding.Rule} {finding.Certainty}").ShouldBe(["VC802 Hint", "VC802 Hint"]);
    }
}
