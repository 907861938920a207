using PhasedRollout.Demo;

namespace PhasedRollout.Tests.Demo;

public sealed class BreakageTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["POSTGRES_PASSWORD"] = "right" };

    [Fact]
    public void The_names_are_those_of_the_contract() =>
        Breakage.Names.ShouldBe(
        [
            "build-context-not-found", "dockerfile-missing", "build-failure", "port-conflict", "port-conflict-process",
            "database-unreachable", "database-unknown", "credentials-rejected", "network-missing",
        ]);

    [Fact]
    public void Each_breakage_changes_the_repositorys_compose_file_or_its_variables()
    {
        var good = new DemoInput(DemoCompose.From(RepositoryFiles.Compose), Variables);

        foreach (var breakage in Breakage.Names.Select(name => Breakage.Find(name)!))
        {
            var broken = breakage.Apply(good);
            (broken.Compose != good.Compose || broken.Variables["POSTGRES_PASSWORD"] != "right").ShouldBeTrue(breakage.Name);
        }
    }

    [Theory]
    [InlineData("build-context-not-found", "#main:ai/services/bizosaas-brain")]
    [InlineData("dockerfile-missing", "#broken/no-dockerfile:bizosaas/ecommerce/services/coreldove-backend")]
    [InlineData("build-failure", "#broken/pinned-package:bizosaas-platform/backend/services/ai-agents")]
    [InlineData("port-conflict", "ports: [\"8010:8000\"]")]
    [InlineData("database-unknown", ":5433/bizosaas_production")]
    public void A_breakage_touches_one_thing(string name, string line) =>
        Breakage.Find(name)!.Apply(new DemoInput(DemoCompose.From(RepositoryFiles.Compose), Variables)).Compose.ShouldContain(line);

    [Fact]
    public void A_compose_file_in_which_a_failure_cannot_be_provoked_is_said() =>
        Should.Throw<DemoException>(() => Breakage.Find("network-missing")!.Apply(new DemoInput("services: {}", Variables)))
            .Message.ShouldContain("dokploy-network");

    [Fact]
    public async Task An_unknown_name_is_refused_with_all_names_before_anything_is_done()
    {
        var said = new List<string>();
        var work = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var options = new DemoOptions(work, Path.Combine(work, "demo"), "_build.dll", "port-conflit", NoInstall: true, []);

        var exitCode = await new DemoRun(options, said.Add).RunAsync(TestContext.Current.CancellationToken);

        exitCode.ShouldBe(2);
        said.ShouldHaveSingleItem().ShouldContain(string.Join(", ", Breakage.Names));
        Directory.Exists(work).ShouldBeFalse();
    }
}
