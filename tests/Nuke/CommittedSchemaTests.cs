using System.Diagnostics;

namespace PhasedRollout.Tests.Nuke;

public sealed class CommittedSchemaTests
{
    [Fact]
    public async Task The_committed_schema_is_that_of_the_build()
    {
        var root = Directory.CreateTempSubdirectory("nuke-");
        try
        {
            string[] words = [Path.Combine(AppContext.BaseDirectory, "_build.dll"), "--generate-schema", "--root", root.FullName];
            using var process = Process.Start(new ProcessStartInfo("dotnet", words) { WorkingDirectory = root.FullName, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            process.ExitCode.ShouldBe(0);

            const string Schema = ".nuke/build.schema.json";
            File.ReadAllText(Path.Combine(root.FullName, Schema)).ShouldBe(
                File.ReadAllText(Repository.PathOf(Schema)), $"targets or parameters changed: run ./build.sh --generate-schema and commit {Schema}");
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
