using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts.Rules;

/// <summary>A hunt for wrong blockers: every Dockerfile below the folder DOCKERFILE_HUNT, with the files beside it as its context. Whoever runs it
/// reads what it prints: in a folder of Dockerfiles that are known to build, nothing certain may be found.</summary>
public sealed class HuntTests(ITestOutputHelper output)
{
    private const int MostFiles = 20_000;

    [Fact(Explicit = true)]
    public async Task Dockerfiles_of_other_people_are_not_blocked()
    {
        var folder = Environment.GetEnvironmentVariable("DOCKERFILE_HUNT");
        Assert.SkipWhen(folder is null, "DOCKERFILE_HUNT names no folder");

        var (count, certain) = (0, 0);
        foreach (var path in Directory.EnumerateFiles(folder, "*Dockerfile*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (Path.GetExtension(path) is ".go" or ".cs" or ".md" or ".dockerignore")
                continue;

            count++;
            foreach (var finding in (await CheckAsync(path)).Where(finding => finding.Certainty == Certainty.Certain))
            {
                certain++;
                output.WriteLine($"{Path.GetRelativePath(folder, path)}: {finding.Rule} {finding.Message} | {string.Join(" | ", finding.Evidence)}");
            }
        }

        output.WriteLine(FormattableString.Invariant($"{count} Dockerfiles, {certain} certain findings"));
        count.ShouldBeGreaterThan(0);
    }

    private static async Task<IReadOnlyList<Finding>> CheckAsync(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        var repository = MemoryRepository.Of(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Take(MostFiles)
            .Select(file => new MemoryFile(
                "app/" + Path.GetRelativePath(folder, file).Replace('\\', '/'),
                !OperatingSystem.IsWindows() && File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute) ? TreeEntryKind.Executable : TreeEntryKind.File,
                new FileInfo(file).Length < 1 << 20 ? File.ReadAllText(file) : "")));
        var rollout = Stack.Rollout(Stack.Built("web", "app", Path.GetFileName(path)));
        return [.. (await new ContextVerifier(MemorySource.With(repository), new MemoryLog()).VerifyAsync(rollout, TestContext.Current.CancellationToken)).AllFindings];
    }
}
