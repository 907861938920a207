using PhasedRollout.Compose;
using PhasedRollout.Contexts;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Reports;

namespace PhasedRollout.Tests.Phases;

public sealed class PhaseComposeReaderTests : IDisposable
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly PhaseFolder folder = new();

    [Fact]
    public async Task What_was_written_is_read_back()
    {
        var rollout = folder.Read(PhaseFolder.Simple);
        await folder.WriteAsync(rollout);

        var read = PhaseComposeReader.Read(folder.Phases, rollout);

        var planned = PhasePlanner.Plan(Stack.Verify(rollout));
        read.Select(phase => (phase.Number, phase.Title)).ShouldBe(planned.Select(phase => (phase.Number, phase.Title)));
        read.SelectMany(phase => phase.Services).ShouldBe(planned.SelectMany(phase => phase.Services));
    }

    [Fact]
    public async Task The_digest_of_an_image_is_written_behind_its_tag_and_read_back()
    {
        var rollout = folder.Read(PhaseFolder.Simple.Replace("redis:7", "redis:${TAG:-7}", StringComparison.Ordinal));
        await folder.WriteAsync(rollout, Pinned);

        folder.Text(2).ShouldContain($"image: redis:${{TAG:-7}}@{Digest}\n");
        PhaseComposeReader.Read(folder.Phases, rollout)[0].Services.ShouldHaveSingleItem().Source.ShouldBe(new PinnedImage("redis:7", Digest));
    }

    [Theory]
    [InlineData("digest: sha256:01", "digest: sha512:01", "x-phased-rollout is not what was generated")]
    [InlineData("digest: sha256:01", "digest: sha256:11", "differs from the compose file in image")]
    public async Task A_digest_that_was_changed_is_noticed(string before, string after, string problem)
    {
        var rollout = folder.Read(PhaseFolder.Simple);
        await folder.WriteAsync(rollout, Pinned);
        foreach (var number in (int[])[1, 2])
            File.WriteAllText(folder.PathOf(number), folder.Text(number).Replace(before, after, StringComparison.Ordinal));

        Problems(rollout).ShouldContain(line => line.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Values_of_variables_may_differ_since_the_files_hold_none()
    {
        await folder.WriteAsync(folder.Read(PhaseFolder.Simple, "KEY=one"));

        PhaseComposeReader.Read(folder.Phases, folder.Read(PhaseFolder.Simple, "KEY=two")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_variable_that_changes_the_ref_is_noticed()
    {
        await folder.WriteAsync(folder.Read(PhaseFolder.Simple));

        Problems(folder.Read(PhaseFolder.Simple, "REF=v2")).Single().ShouldContain("services/api: was verified at 'main'; the compose file now says 'v2';");
    }

    [Fact]
    public async Task A_context_that_nobody_could_look_up_is_read_back_as_that()
    {
        var rollout = folder.Read(PhaseFolder.Simple.Replace(
            "https://github.com/acme/platform.git#${REF:-main}:api", "https://gitlab.com/a/b.git", StringComparison.Ordinal));
        await folder.WriteAsync(rollout);

        PhaseComposeReader.Read(folder.Phases, rollout)[1].Services.Single(service => service.Service.Name == "api")
            .Source.ShouldBeOfType<UnverifiedBuild>().Context.Text.ShouldBe("https://gitlab.com/a/b.git");
    }

    [Fact]
    public void Files_that_are_not_there_are_all_named() =>
        Problems(folder.Read(PhaseFolder.Simple)).ShouldBe(
        [
            $"{folder.PathOf(1)}: is not there; run ./build.sh GeneratePhaseComposes again, or do not skip it",
            $"{folder.PathOf(2)}: is not there; run ./build.sh GeneratePhaseComposes again, or do not skip it",
        ]);

    [Theory]
    [InlineData("dockerfile: Containerfile", "dockerfile: Other", "services/web: differs from the compose file in build;")]
    [InlineData("platform.git#main:web", "platform.git#main:shop", "services/web: differs from the compose file in build;")]
    [InlineData("platform.git#main:web", "platform.git#v2:web", "services/web: was verified at 'main'; the compose file now says 'v2';")]
    [InlineData("redis:7", "redis:8", "services/cache: differs from the compose file in image;")]
    [InlineData("KEY: ${KEY}", "KEY: ${OTHER}", "services/web: differs from the compose file in environment;")]
    [InlineData("services: [cache]", "services: [cache, api]", "services/api: differs from the compose file in the service itself;")]
    [InlineData("name: shop", "name: store", "belongs to project 'shop', not to 'store';")]
    [InlineData("title: Base", "title: Ground", "is not what")]
    public async Task What_changed_in_the_compose_file_since_is_named(string before, string after, string problem)
    {
        await folder.WriteAsync(folder.Read(PhaseFolder.Simple));
        var changed = PhaseFolder.Simple.Replace(before, after, StringComparison.Ordinal);
        if (after.Contains("api]", StringComparison.Ordinal))
            changed = changed.Replace("[web, api]", "[web]", StringComparison.Ordinal);

        Problems(folder.Read(changed)).ShouldContain(line => line.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_added_since_is_named()
    {
        await folder.WriteAsync(folder.Read(PhaseFolder.Simple));
        var changed = PhaseFolder.Simple.Replace("[web, api]", "[web, api, new]", StringComparison.Ordinal)
            + "\n  new: { build: https://github.com/a/b.git }\n";

        Problems(folder.Read(changed)).Single().ShouldContain("services/new: is not in the file as the compose file has it now");
    }

    [Fact]
    public async Task A_commit_edited_in_one_file_only_is_found()
    {
        var rollout = folder.Read(PhaseFolder.Simple.Replace("services: [cache]", "services: [cache, api]", StringComparison.Ordinal)
            .Replace("[web, api]", "[web]", StringComparison.Ordinal));
        await folder.WriteAsync(rollout);
        Edit(1, Stack.Commit, new string('f', 40));

        Problems(rollout).Single().ShouldContain($"{folder.PathOf(1)}: services/api: differs from the compose file in build, x-phased-rollout;");
    }

    [Theory]
    [InlineData("      commit: \"" + Stack.Commit + "\"", "      commit: main")]
    [InlineData("      tree: \"" + Stack.Tree + "\"", "      tree: \"\"")]
    public async Task A_pin_that_is_no_object_id_is_refused(string before, string after)
    {
        var rollout = folder.Read(PhaseFolder.Simple);
        await folder.WriteAsync(rollout);
        Edit(2, before, after);

        Problems(rollout).ShouldContain(line => line.Contains("services/web: x-phased-rollout is not what was generated;", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_without_our_header_or_without_sense_is_refused()
    {
        var rollout = folder.Read(PhaseFolder.Simple);
        await folder.WriteAsync(rollout);
        await File.WriteAllTextAsync(folder.PathOf(1), "services: {}\n", TestContext.Current.CancellationToken);
        await File.AppendAllTextAsync(folder.PathOf(2), "\n  - [", TestContext.Current.CancellationToken);

        var problems = Problems(rollout);

        problems[0].ShouldContain($"{folder.PathOf(1)}: was not written by GeneratePhaseComposes;");
        problems[1].ShouldStartWith(folder.PathOf(2));
    }

    public void Dispose() => folder.Dispose();

    private void Edit(int phase, string before, string after)
    {
        var text = folder.Text(phase);
        text.ShouldContain(before);
        File.WriteAllText(folder.PathOf(phase), text.Replace(before, after, StringComparison.Ordinal));
    }

    private IReadOnlyList<string> Problems(Rollout rollout) =>
        [.. Should.Throw<InvalidInputException>(() => PhaseComposeReader.Read(folder.Phases, rollout)).Problems.Select(problem => problem.ToString())];

    private static VerifiedService Pinned(VerifiedService service) => service.Service.Build is null ? service with { ImageDigest = Digest } : service;
}
