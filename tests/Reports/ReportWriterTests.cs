using System.Text.Json;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports;

public sealed class ReportWriterTests : IDisposable
{
    private static readonly string[] Formats = ["gl-code-quality.json", "junit.xml", "report.html", "report.json", "report.md", "verify.sarif"];

    private readonly string directory = Directory.CreateTempSubdirectory("reports-").FullName;

    [Fact]
    public async Task Every_format_stands_in_the_folder_and_under_the_run()
    {
        var files = await WriteAsync("20261123T212705Z-1f2e");

        files.Json.ShouldBe(Path.Combine(directory, "report.json"));
        Files().ShouldBe(
        [
            .. Formats.Append("index.html").Concat(Formats.Select(name => $"runs/20261123T212705Z-1f2e/{name}")).Order(StringComparer.Ordinal),
        ]);
        File.ReadAllText(files.Markdown).ShouldBe(MarkdownReport.Render(SampleRuns.Succeeded with { Id = "20261123T212705Z-1f2e" }, new Redactor()));
    }

    [Fact]
    public async Task Only_the_newest_runs_are_kept_and_what_is_not_ours_stays()
    {
        Directory.CreateDirectory(Path.Combine(directory, "runs", "00-notes"));
        foreach (var id in (string[])["2026-01", "2026-02", "2026-03", "2026-04"])
            await WriteAsync(id, keepRuns: 2);

        Directory.GetDirectories(Path.Combine(directory, "runs")).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["00-notes", "2026-03", "2026-04"]);
    }

    [Fact]
    public async Task The_run_that_is_written_is_kept_even_if_its_clock_goes_wrong()
    {
        await WriteAsync("2026-02", keepRuns: 1);
        await WriteAsync("2026-01", keepRuns: 1);

        Directory.GetDirectories(Path.Combine(directory, "runs")).Select(Path.GetFileName).ShouldBe(["2026-01"]);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_a_refusal_with_a_remedy()
    {
        var file = Path.Combine(directory, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var refusal = await Should.ThrowAsync<WorldRefusedException>(() =>
            ReportWriter.WriteAsync(SampleRuns.Succeeded, file, new Redactor(), 20, TestContext.Current.CancellationToken));

        refusal.Message.ShouldContain(file);
        refusal.Remedy.ShouldContain("--reports-directory");
    }

    [Fact]
    public async Task The_latest_reports_are_all_of_one_run_when_many_end_at_the_same_time()
    {
        await Task.WhenAll(Enumerable.Range(10, 8).Select(number => Task.Run(() => WriteAsync($"2026-{number}"))));

        foreach (var number in Enumerable.Range(10, 8))
            File.ReadAllText(Path.Combine(directory, "runs", $"2026-{number}", "report.json")).ShouldContain($"\"2026-{number}\"");
        var latest = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "report.json"))).RootElement.GetProperty("run").GetProperty("id").GetString()!;
        foreach (var name in (string[])["report.md", "report.html", "verify.sarif"])
            File.ReadAllText(Path.Combine(directory, name)).ShouldBe(File.ReadAllText(Path.Combine(directory, "runs", latest, name)));
        Directory.EnumerateFiles(directory, ".*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("")]
    public async Task A_run_id_that_is_no_file_name_is_refused(string id) =>
        await Should.ThrowAsync<ArgumentException>(() => WriteAsync(id));

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private Task<ReportFiles> WriteAsync(string id, int keepRuns = 20) => ReportWriter.WriteAsync(
        SampleRuns.Succeeded with { Id = id }, directory, new Redactor(), keepRuns, TestContext.Current.CancellationToken);

    private IEnumerable<string> Files() => Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(directory, file)).Order(StringComparer.Ordinal);
}
