using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Tests.Contexts.Dockerfiles;

/// <summary>Reads every Dockerfile below the folder DOCKERFILE_HUNT, and prints how many instructions and problems each has: whoever runs it compares the numbers with a
/// builder's.</summary>
public sealed class DockerfileHuntTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task Dockerfiles_of_other_people_are_read()
    {
        var folder = Environment.GetEnvironmentVariable("DOCKERFILE_HUNT");
        Assert.SkipWhen(folder is null, "DOCKERFILE_HUNT names no folder");

        var files = 0;
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(IsDockerfile).Order(StringComparer.Ordinal))
        {
            var dockerfile = Dockerfile.Parse(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
            _ = EvaluatedDockerfile.Of(dockerfile, BuildInputs.None);
            files++;
            output.WriteLine(FormattableString.Invariant(
                $"{Path.GetRelativePath(folder, path)} {dockerfile.Instructions.Count} {dockerfile.Problems.Count(problem => problem.Kind == ProblemKind.Refused)}"));
        }

        files.ShouldBeGreaterThan(0);
    }

    private static bool IsDockerfile(string path) =>
        Path.GetFileName(path).Contains("dockerfile", StringComparison.OrdinalIgnoreCase) && Path.GetExtension(path) != ".dockerignore";
}
