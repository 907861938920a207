using PhasedRollout.Demo;
using PhasedRollout.Demo.Fixture;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Tests.Demo;

public sealed class DemoComposeTests
{
    private static readonly string Text = DemoCompose.From(RepositoryFiles.Compose);
    private static readonly PostgreSqlServer Server = new("172.17.0.1", 5433, "bizosaas", "0123456789abcdef");

    [Fact]
    public void The_demos_project_and_containers_have_names_of_their_own()
    {
        Text.ShouldContain("\nname: demo-bizosaas-backend\n");
        DemoCompose.ContainerNames(Text).Count.ShouldBe(10);
        DemoCompose.ContainerNames(Text).ShouldAllBe(name => name.StartsWith("demo-bizosaas-", StringComparison.Ordinal));
        Text.ShouldContain("http://demo-bizosaas-brain-staging:8001");
    }

    [Fact]
    public void Everything_else_is_the_repositorys_own_file()
    {
        var back = Text[Text.IndexOf("# The ten services", StringComparison.Ordinal)..]
            .Replace("demo-bizosaas-", "bizosaas-", StringComparison.Ordinal)
            .Replace("interval: 2s", "interval: 30s", StringComparison.Ordinal);

        back.ShouldBe(RepositoryFiles.Compose);
    }

    [Fact]
    public void The_ten_health_urls_are_those_of_the_ports_8000_to_8009() =>
        DemoCompose.HealthUrls(Text).Select(url => new Uri(url).Port).Order().ShouldBe(Enumerable.Range(8000, 10));

    [Fact]
    public void The_services_listen_and_answer_where_the_compose_file_asks()
    {
        foreach (var service in FixtureService.Built.Append(FixtureService.Saleor))
        {
            var block = Text[Text.IndexOf($"\n  {service.Name}:\n", StringComparison.Ordinal)..];
            block = block[..block.IndexOf("x-health", StringComparison.Ordinal)];
            block.ShouldContain($":{service.Port}\"]");
            block.ShouldContain($"\"http://localhost:{service.Port}{service.HealthPath}\"");
            block.ShouldContain(service.Path);
        }
    }

    [Fact]
    public void Another_stack_is_refused() =>
        Should.Throw<DemoException>(() => DemoCompose.From("name: something\n")).Message.ShouldContain("git restore phases/compose.yml");

    [Fact]
    public void The_comments_of_the_file_name_no_variable() =>
        DemoCompose.Variables("# ${NOT_ONE}\na: ${ONE}\nb: $${NOT_ONE}\nc: ${TWO:-x} ${ONE}\n").ShouldBe(["ONE", "TWO"]);

    [Fact]
    public void No_secret_stands_in_the_compose_file_and_each_variable_has_a_value()
    {
        var variables = DemoVariables.Choose(DemoCompose.Variables(Text), Server, new Dictionary<string, string>());

        variables.Keys.ShouldBe(DemoCompose.Variables(Text));
        variables.Values.ShouldAllBe(value => value.Length > 0);
        foreach (var (name, value) in variables.Where(pair => pair.Key.Contains("KEY", StringComparison.Ordinal) || pair.Key.Contains("PASSWORD", StringComparison.Ordinal)))
            Text.ShouldNotContain(value, Case.Sensitive, name);
    }

    [Fact]
    public void A_second_run_keeps_the_random_values_so_that_nothing_is_deployed_again()
    {
        var names = DemoCompose.Variables(Text);
        var first = DemoVariables.Choose(names, Server, new Dictionary<string, string>());

        DemoVariables.Choose(names, Server, first).ShouldBe(first);
        DemoVariables.Choose(names, Server, new Dictionary<string, string>())["JWT_SECRET_KEY"].ShouldNotBe(first["JWT_SECRET_KEY"]);
    }

    [Fact]
    public async Task The_env_file_is_readable_by_its_owner_only_and_reads_back()
    {
        var ct = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("phased-rollout-env-").FullName;
        var file = Path.Combine(folder, ".env");
        await File.WriteAllTextAsync(file, "left from before, readable by all", ct);
        var variables = new Dictionary<string, string> { ["A"] = "1=2", ["B"] = "x" };

        await DemoVariables.WriteAsync(file, variables, ct);

        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await DemoVariables.ReadAsync(file, ct)).ShouldBe(variables);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("GITHUB_TOKEN", true)]
    [InlineData("GH_TOKEN", true)]
    [InlineData("COMPOSE_FILE", true)]
    [InlineData("VPS_HOST", true)]
    [InlineData("PATH", false)]
    public void The_child_gets_neither_the_users_token_nor_what_would_overrule_the_demos_files(string variable, bool kept) =>
        ChildBuild.IsKeptFromChild(variable, ["VPS_HOST"]).ShouldBe(kept);
}
