using System.Globalization;
using PhasedRollout.Compose;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Reports;

namespace PhasedRollout.Tests.Phases;

public sealed class PhaseComposesTests : IDisposable
{
    private readonly PhaseFolder folder = new();

    [Fact]
    public void The_phase_files_of_the_default_stack_read_as_reviewed()
    {
        var rollout = PhaseFolder.Read([Repository.PathOf("phases", "compose.yml")]);
        var phases = PhasePlanner.Plan(Stack.Verify(rollout));

        foreach (var phase in phases)
            PhaseComposes.Render(rollout, phases, phase.Number, Repository.PathOf("phases"))
                .ShouldBeGolden("Phases", "default-stack", FormattableString.Invariant($"phase-{phase.Number}.compose.yml"));
    }

    [Fact]
    public async Task A_file_holds_the_services_of_its_phase_and_of_all_before_it()
    {
        var files = await folder.WriteAsync(folder.Read(PhaseFolder.Simple));

        files.ShouldBe([new PhaseComposeFile(1, folder.PathOf(1), true), new PhaseComposeFile(2, folder.PathOf(2), true)]);
        Keys(folder.Document(1)["services"]).ShouldBe(["cache"]);
        Keys(folder.Document(2)["services"]).ShouldBe(["cache", "web", "api"]);
    }

    [Fact]
    public async Task A_phase_file_is_itself_a_rollout_of_its_phases()
    {
        await folder.WriteAsync(folder.Read(PhaseFolder.Simple));

        PhaseFolder.Read([folder.PathOf(1)]).Phases.Select(phase => phase.Title).ShouldBe(["Base"]);
        var second = PhaseFolder.Read([folder.PathOf(2)]);
        second.Project.ShouldBe("shop");
        second["api"].Build!.Reference.ShouldBeOfType<GitHubContext>().Ref.ShouldBe(Stack.Commit);
    }

    [Fact]
    public async Task A_second_run_gives_the_same_bytes_and_touches_no_file()
    {
        var rollout = folder.Read(PhaseFolder.Simple);
        await folder.WriteAsync(rollout);
        var before = folder.Text(2);
        File.SetLastWriteTimeUtc(folder.PathOf(2), DateTime.UnixEpoch);

        var files = await folder.WriteAsync(rollout);

        files.ShouldAllBe(file => !file.Changed);
        folder.Text(2).ShouldBe(before);
        File.GetLastWriteTimeUtc(folder.PathOf(2)).ShouldBe(DateTime.UnixEpoch);
        Directory.GetFileSystemEntries(folder.Phases).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Variables_are_kept_and_their_values_are_nowhere()
    {
        await folder.WriteAsync(folder.Read(PhaseFolder.Simple, "KEY=s3cret-canary"));

        folder.Text(2).ShouldContain("KEY: ${KEY}");
        folder.Text(2).ShouldNotContain("canary");
    }

    [Theory]
    [InlineData("https://github.com/acme/platform.git#main:a/b", "https://github.com/acme/platform.git#{0}:a/b")]
    [InlineData("https://github.com/acme/platform.git", "https://github.com/acme/platform.git#{0}")]
    [InlineData("https://github.com/acme/platform.git#${REF:-main}:${DIR:-api}", "https://github.com/acme/platform.git#{0}:api")]
    [InlineData("https://${HOST}/acme/platform.git#main:api", "https://${{HOST}}/acme/platform.git#{0}:api")]
    [InlineData("${CONTEXT}", "https://github.com/acme/platform.git#{0}:api")]
    public async Task A_context_is_pinned_to_its_commit_and_keeps_the_variables_of_its_address(string context, string pinned)
    {
        var compose = PhaseFolder.Simple.Replace(
            "https://github.com/acme/platform.git#${REF:-main}:api", $"\"{context}\"", StringComparison.Ordinal);
        await folder.WriteAsync(folder.Read(
            compose, "HOST=github.com", "CONTEXT=https://github.com/acme/platform.git#main:api"));

        var service = (ComposeMapping)((ComposeMapping)folder.Document(2)["services"]!)["api"]!;
        service["build"].Text().ShouldBe(string.Format(CultureInfo.InvariantCulture, pinned, Stack.Commit));
    }

    [Fact]
    public async Task Only_what_the_services_use_is_declared()
    {
        await folder.WriteAsync(folder.Read("""
            name: shop
            x-rollout: { phases: [{ title: A, services: [a] }, { title: B, services: [b] }] }
            services:
              a:
                image: a
                volumes: ["data:/data", "./conf:/conf"]
                networks: { front: { aliases: [x] } }
                secrets: [key]
              b:
                image: b
                volumes: [{ type: volume, source: logs, target: /logs }]
                configs: [{ source: site, target: /site }]
            networks: { default: { driver: bridge }, front: {}, back: {} }
            volumes: { data: {}, logs: {}, unused: {} }
            configs: { site: { file: ./site.conf } }
            secrets: { key: { file: key.txt }, other: { file: /abs } }
            """));

        var first = folder.Document(1);
        Keys(first["networks"]).ShouldBe(["front"]);
        Keys(first["volumes"]).ShouldBe(["data"]);
        Keys(first["secrets"]).ShouldBe(["key"]);
        first["configs"].ShouldBeNull();
        var second = folder.Document(2);
        Keys(second["networks"]).ShouldBe(["default", "front"]);
        Keys(second["volumes"]).ShouldBe(["data", "logs"]);
        Keys(second["configs"]).ShouldBe(["site"]);
    }

    [Fact]
    public async Task Phases_and_accepted_findings_are_cut_too()
    {
        await folder.WriteAsync(folder.Read(PhaseFolder.Simple.Replace(
            "services:\n  cache:",
            """
              accept:
                - { rule: VC301, service: web, reason: proxy }
                - { rule: VC802, reason: ours }
            services:
              cache:
            """,
            StringComparison.Ordinal)));

        PhaseFolder.Read([folder.PathOf(1)]).Accepted.Select(accepted => accepted.Rule).ShouldBe(["VC802"]);
        PhaseFolder.Read([folder.PathOf(2)]).Accepted.Select(accepted => accepted.Rule).ShouldBe(["VC301", "VC802"]);
    }

    [Fact]
    public async Task Phases_without_an_active_service_are_not_counted()
    {
        var rollout = folder.Read(PhaseFolder.Simple.Replace("image: redis:7", "{ image: redis:7, profiles: [extra] }", StringComparison.Ordinal)
            .Replace("cache:\n    {", "cache: {", StringComparison.Ordinal));

        var files = await folder.WriteAsync(rollout);

        files.Count.ShouldBe(1);
        PhaseFolder.Read([folder.PathOf(1)]).Phases.Single().Title.ShouldBe("Shop");
        PhaseComposeReader.Read(folder.Phases, rollout).Single().Services.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_phase_file_of_somebody_else_is_refused_and_nothing_is_written()
    {
        Directory.CreateDirectory(folder.Phases);
        await File.WriteAllTextAsync(folder.PathOf(2), "services: {}\n", TestContext.Current.CancellationToken);

        var refusal = await Should.ThrowAsync<InvalidInputException>(() => folder.WriteAsync(folder.Read(PhaseFolder.Simple)));

        refusal.Problems.Single().ToString().ShouldBe(
            $"{folder.PathOf(2)}: was not generated by us and is not overwritten; move it away, or write to another folder with --phases-directory");
        Directory.GetFiles(folder.Phases).ShouldBe([folder.PathOf(2)]);
        folder.Text(2).ShouldBe("services: {}\n");
    }

    [Fact]
    public async Task A_phase_file_that_is_the_input_is_not_written_over_itself()
    {
        await folder.WriteAsync(folder.Read(PhaseFolder.Simple));
        var input = PhaseFolder.Read([folder.PathOf(2)]);

        var refusal = await Should.ThrowAsync<InvalidInputException>(() => folder.WriteAsync(input));

        refusal.Problems.Single().What.ShouldBe("is the compose file itself");
    }

    [Fact]
    public async Task Files_of_a_longer_plan_are_removed_when_they_are_ours()
    {
        await folder.WriteAsync(folder.Read(PhaseFolder.Simple));
        File.Copy(folder.PathOf(2), folder.PathOf(3));
        File.Copy(folder.PathOf(2), folder.PathOf(12));
        File.Copy(folder.PathOf(2), Path.Combine(folder.Phases, "phase-x.compose.yml"));
        await File.WriteAllTextAsync(folder.PathOf(4), "mine", TestContext.Current.CancellationToken);

        await folder.WriteAsync(folder.Read(PhaseFolder.Simple));

        Directory.GetFiles(folder.Phases).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["phase-1.compose.yml", "phase-2.compose.yml", "phase-4.compose.yml", "phase-x.compose.yml"]);
    }

    [Fact]
    public async Task A_title_with_a_line_break_stays_in_its_comment()
    {
        await folder.WriteAsync(folder.Read(
            PhaseFolder.Simple.Replace("title: Base", "title: \"Base\\nservices: [evil]\"", StringComparison.Ordinal)));

        Keys(folder.Document(1)).ShouldBe(["name", "x-rollout", "services"]);
        folder.Text(1).ShouldContain("# Phase 1 of 2, Base services: [evil]: cache\n");
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_a_refusal_with_a_remedy()
    {
        await File.WriteAllTextAsync(folder.Phases, "a file", TestContext.Current.CancellationToken);

        var refusal = await Should.ThrowAsync<WorldRefusedException>(() => folder.WriteAsync(folder.Read(PhaseFolder.Simple)));

        refusal.Remedy.ShouldContain("--phases-directory");
    }

    public void Dispose() => folder.Dispose();

    private static IEnumerable<string> Keys(ComposeNode? node) => node.ShouldBeOfType<ComposeMapping>().Entries.Select(entry => entry.Key);
}
