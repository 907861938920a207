using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Git;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Demo.GitHub;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts.Git;

/// <summary>Contexts that are folders of this machine.</summary>
public sealed class FolderRepositorySourceTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("contexts-folder-").FullName;
    private readonly CancellationToken stop = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task What_this_program_writes_itself_is_no_part_of_a_folder()
    {
        Write("app/Dockerfile", "FROM scratch\n");
        var before = (await VerifyAsync("app")).Services[0].Context!.TreeId;

        Write("app/.nuke/temp/build.log", "another line");

        (await VerifyAsync("app")).Services[0].Context!.TreeId.ShouldBe(before);
    }

    [Fact]
    public async Task A_folder_has_the_tree_id_that_git_gives_it()
    {
        Write("app/Dockerfile", "FROM scratch\n");
        Write("app/a.b", "x");
        Write("app/a/deep/file", "y");
        if (!OperatingSystem.IsWindows())
        {
            Write("app/run.sh", "#!/bin/sh\n");
            File.SetUnixFileMode(Path.Combine(root, "app/run.sh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.CreateSymbolicLink(Path.Combine(root, "app/link"), "a/deep");
        }

        Directory.CreateDirectory(Path.Combine(root, "app/empty"));
        await CommitAsync();

        var verified = await VerifyAsync("app");

        verified.Services[0].Verdict.ShouldBe(Verdict.Ready);
        verified.Services[0].Findings.ShouldBeEmpty();
        verified.Services[0].Context!.TreeId.ShouldBe((await GitAsync("rev-parse", "HEAD:app")).Trim());
    }

    [Fact]
    public async Task What_differs_from_the_last_commit_is_told()
    {
        Write("app/Dockerfile", "FROM scratch\n");
        Write("other/file", "x");
        await CommitAsync();
        Write("app/new file.txt", "not committed");
        Write("other/file", "changed, and no part of the context");

        var finding = (await VerifyAsync("app")).Services[0].Findings.ShouldHaveSingleItem();

        (finding.Rule, finding.Certainty).ShouldBe(("VC112", Certainty.Likely));
        finding.Message.ShouldContain("in 1 file:");
        finding.Evidence.ShouldBe(["app/new file.txt"]);
    }

    [Fact]
    public async Task Commits_that_are_not_pushed_are_hinted_at()
    {
        Write("app/Dockerfile", "FROM scratch\n");
        await CommitAsync();
        await GitAsync("branch", "upstream");
        await GitAsync("branch", "--set-upstream-to=upstream");
        Write("app/Dockerfile", "FROM scratch\n# changed\n");
        await GitAsync("commit", "-qam", "two");

        var finding = (await VerifyAsync("app")).Services[0].Findings.ShouldHaveSingleItem();

        (finding.Rule, finding.Certainty).ShouldBe(("VC112", Certainty.Hint));
        finding.Message.ShouldContain("1 commit is not pushed to 'upstream'");
    }

    [Fact]
    public async Task A_folder_that_is_not_there_blocks()
    {
        var service = (await VerifyAsync("nowhere")).Services[0];

        service.Verdict.ShouldBe(Verdict.Blocked);
        service.Findings.ShouldHaveSingleItem().Rule.ShouldBe("VC105");
    }

    [Fact]
    public async Task A_folder_without_its_Dockerfile_blocks()
    {
        Write("app/Containerfile", "FROM scratch\n");

        var finding = (await VerifyAsync("app")).Services[0].Findings.ShouldHaveSingleItem();

        (finding.Rule, finding.Suggestion).ShouldBe(("VC201", "dockerfile: Containerfile"));
    }

    [Fact]
    public async Task A_file_that_changed_since_it_was_verified_is_not_sent()
    {
        Write("Dockerfile", "FROM scratch\n");
        var (source, name) = (new FolderRepositorySource(new GitProcess()), RepositoryName.OfFolder(root));
        var commit = (await source.ResolveAsync(name, null, stop)).ShouldBeOfType<ResolvedRef>().Commit;
        var id = (await source.ReadTreeAsync(name, commit, [], stop)).Find("Dockerfile")!.Id;
        (await source.ReadBlobAsync(name, id, stop)).ShouldBe("FROM scratch\n"u8.ToArray());

        Write("Dockerfile", "FROM evil\n");

        (await Should.ThrowAsync<WorldRefusedException>(source.ReadBlobAsync(name, id, stop))).Message.ShouldContain("was changed since it was verified");
        (await Should.ThrowAsync<WorldRefusedException>(
            new FolderRepositorySource(new GitProcess()).ReadTreeAsync(name, commit, [], stop))).Message.ShouldContain("was changed since it was verified");
    }

    private void Write(string path, string content)
    {
        var file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    private async Task CommitAsync()
    {
        await GitAsync("init", "-q", "-b", "main");
        await GitAsync("add", "-A");
        await GitAsync("commit", "-qm", "one");
    }

    private async Task<string> GitAsync(params string[] arguments)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal);
        GitEnvironment.Apply(environment, new GitProgram("git"));
        var git = await Command.RunAsync(
            "git", ["-C", root, "-c", "user.name=A Person", "-c", "user.email=a@example.com", .. arguments], stop,
            environment.ToDictionary(it => it.Key, it => it.Value!));
        return git.OrThrow(string.Join(' ', arguments)).Output;
    }

    private Task<VerifiedRollout> VerifyAsync(string folder)
    {
        var source = new RepositorySources(new MemorySource(), new MemorySource(), new FolderRepositorySource(new GitProcess()));
        return new ContextVerifier(source, new MemoryLog(), new RuleSet([], []))
            .VerifyAsync(Stack.Rollout(Stack.Built("app", ContextReferences.Parse(folder, folder: root))), stop);
    }
}
