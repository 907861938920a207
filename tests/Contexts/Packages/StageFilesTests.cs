using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;

namespace PhasedRollout.Tests.Contexts.Packages;

public sealed class StageFilesTests
{
    [Theory]
    [InlineData("WORKDIR /app\nCOPY . .", "src/x.js", "app/src/x.js")]
    [InlineData("WORKDIR /app\nCOPY src/x.js y.js", "y.js", "app/src/x.js")]
    [InlineData("WORKDIR /app\nCOPY src/x.js y.js", "src/x.js", "absent")]
    [InlineData("WORKDIR /app\nCOPY p*.json ./", "package.json", "app/package.json")]
    [InlineData("WORKDIR /app\nCOPY src /app/s\nCOPY . .", "gone.js", "absent")]
    [InlineData("WORKDIR /app", "x", "absent")]
    // Folders, links, what lies behind them, and what is copied from elsewhere.
    [InlineData("WORKDIR /app\nCOPY . .", "src", "unknown")]
    [InlineData("WORKDIR /app\nCOPY . ./deep/er", "deep", "unknown")]
    [InlineData("WORKDIR /app\nCOPY . .", "link", "unknown")]
    [InlineData("WORKDIR /app\nCOPY . .", "link/x.js", "unknown")]
    [InlineData("WORKDIR /app\nCOPY . .\nCOPY --from=nginx /x /app/src", "src/x.js", "unknown")]
    [InlineData("WORKDIR /app\nCOPY --from=nginx /x /app/src\nCOPY . .", "src/x.js", "app/src/x.js")]
    [InlineData("WORKDIR /app\nCOPY --from=nginx /x /other", "x", "absent")]
    [InlineData("WORKDIR /app\nCOPY --from=nginx /x $ANY", "x", "unknown")]
    [InlineData("WORKDIR /app\nCOPY --exclude=*.js . .", "gone", "unknown")]
    [InlineData("WORKDIR /app\nCOPY $ANY .", "gone", "unknown")]
    [InlineData("WORKDIR /app\nCOPY */x.js .", "x.js", "unknown")]
    [InlineData("WORKDIR /app\nADD https://example.org/x .", "x", "unknown")]
    [InlineData("WORKDIR /app\nADD all.tar.gz .", "x", "unknown")]
    [InlineData("WORKDIR /app\nCOPY <<EOF x\n1\nEOF", "x", "unknown")]
    [InlineData("COPY . .", "package.json", "unknown")]
    [InlineData("WORKDIR $ANY\nCOPY . .", "/app/x", "unknown")]
    public void A_path_is_a_file_of_the_repository_absent_or_unknown(string dockerfile, string path, string expected)
    {
        var tree = MemoryRepository.Of("app/package.json", "app/src/x.js", "app/link -> src", "app/all.tar.gz").Tree;
        var stage = EvaluatedDockerfile.Of(Dockerfile.Parse($"FROM node:20\n{dockerfile}\nRUN true\n"), BuildInputs.None).Target!;
        var run = StageRuns.Of(stage, tree, "app").Last();

        var found = run.Files.Look(path, run.Instruction.WorkingDirectory);

        (found.IsAbsent ? "absent" : found.File ?? "unknown").ShouldBe(expected);
    }
}
