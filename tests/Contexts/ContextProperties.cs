using CsCheck;
using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.GitHub;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Contexts.GitHub;

namespace PhasedRollout.Tests.Contexts;

public sealed class ContextProperties : IDisposable
{
    private readonly string cache = Directory.CreateTempSubdirectory("contexts-").FullName;

    private static readonly Gen<string> Name = Gen.Int[0, 5].Select(it => new[] { "a", "b", "c", "api", "App", "app" }[it]);
    private static readonly Gen<string> Folder = Name.Array[1, 3].Select(names => string.Join('/', names));

    private static readonly Gen<(MemoryRepository Repository, string[] Folders)> Repositories =
        Folder.Array[1, 12].Select(folders => (
            MemoryRepository.Of(folders.SelectMany((folder, number) => number % 3 == 0 ? [$"{folder}/readme"] : new[] { $"{folder}/Dockerfile" })),
            folders));

    public void Dispose() => Directory.Delete(cache, recursive: true);

    // GitHub cuts the tree anywhere: after one entry, in the middle of the asked folder, not at all.
    [Fact]
    public void What_exists_is_never_called_missing_and_what_does_not_is_never_called_ready() =>
        Gen.Select(Repositories, Folder, Gen.Int[1, 40]).Sample((sample, extra, most) =>
        {
            var (repository, folders) = sample;
            var verified = Verify(repository, [.. folders, extra], most);
            foreach (var service in verified.Services)
            {
                var path = ((GitHubContext)service.Service.Build!.Reference).Path;
                var exists = repository.Tree.Find(path) is not null;
                var hasDockerfile = repository.Tree.Find($"{path}/Dockerfile") is not null;
                if (exists)
                    service.Findings.ShouldNotContain(finding => finding.Rule == "VC105");
                if (hasDockerfile)
                    service.Verdict.ShouldNotBe(Verdict.Blocked);
                if (service.Verdict == Verdict.Ready)
                    hasDockerfile.ShouldBeTrue();
                if (service.Verdict == Verdict.Unknown)
                    service.Findings.ShouldHaveSingleItem().Rule.ShouldBe("VC107");
            }
        }, iter: 60, threads: 1);

    [Fact]
    public void Verifying_twice_says_the_same() =>
        Gen.Select(Repositories, Folder).Sample((sample, extra) =>
        {
            string[] Once() => [.. ContextsTable.Lines(Verify(sample.Repository, [.. sample.Folders, extra], 1000))];
            Once().ShouldBe(Once());
        }, iter: 40, threads: 1);

    [Fact]
    public void A_proposed_folder_exists() =>
        Gen.Select(Repositories, Folder).Sample((sample, wanted) =>
            new NearestPaths(sample.Repository.Tree).Of(wanted, "Dockerfile")
                .ShouldAllBe(path => sample.Repository.Tree.Find(path)!.Kind == TreeEntryKind.Directory), iter: 200, threads: 1);

    private VerifiedRollout Verify(MemoryRepository repository, IReadOnlyList<string> paths, int mostEntries)
    {
        using var source = new GitHubRepositorySource(
            new Uri(FakeGitHub.Root), null, Path.Combine(cache, Guid.NewGuid().ToString("N")), new FakeTimeProvider(), new MemoryLog(), Patience.Default,
            new FakeGitHub(repository, mostEntries));
        var services = paths.Select((path, number) => Stack.Built($"s{number}", path)).ToList();
        var verifying = new ContextVerifier(source, new MemoryLog()).VerifyAsync(Stack.Rollout(services), CancellationToken.None);
#pragma warning disable xUnit1031 // CsCheck's samples are synchronous and nothing here waits.
        return verifying.GetAwaiter().GetResult();
#pragma warning restore xUnit1031
    }
}
