using System.Formats.Tar;
using System.IO.Compression;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs;
using PhasedRollout.Tests.Reports;

namespace PhasedRollout.Tests.Runs;

public sealed class SupportBundleTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("support-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task The_last_run_the_phase_files_and_the_facts_are_packed_without_a_secret()
    {
        var stop = TestContext.Current.CancellationToken;
        var redactor = new Redactor();
        redactor.Add("hunter2hunter2");
        await ReportWriter.WriteAsync(SampleRuns.Succeeded with { Id = "2026-01" }, Reports, new Redactor(), 20, stop);
        await ReportWriter.WriteAsync(SampleRuns.BuildFailed with { Id = "2026-02" }, Reports, new Redactor(), 20, stop);
        File.WriteAllText(Path.Combine(Reports, "runs", "2026-02", "journal.jsonl"), """{"what":"hunter2hunter2 JWT_SECRET_KEY=abcdef123456"}""");
        Directory.CreateDirectory(Path.Combine(directory, "phases"));
        File.WriteAllText(Path.Combine(directory, "phases", "phase-1.compose.yml"), "SECRET_KEY: ${SECRET_KEY}\n");
        File.WriteAllText(Path.Combine(directory, "phases", ".env"), "SECRET_KEY=value");

        var path = await new SupportBundle(redactor).WriteAsync(
            Reports, Path.Combine(directory, "phases"), new SupportSources(["machine: here"], new Dictionary<string, string>(), new Dictionary<string, string>()), stop);

        var files = Unpack(path);
        files.Keys.Order(StringComparer.Ordinal).ShouldBe(
            ((string[])["facts.txt", "phases/phase-1.compose.yml", "run/gl-code-quality.json", "run/journal.jsonl", "run/junit.xml", "run/report.html", "run/report.json", "run/report.md", "run/verify.sarif"])
            .Select(name => $"support-2026-02/{name}"));
        files["support-2026-02/phases/phase-1.compose.yml"].ShouldBe("SECRET_KEY: ${SECRET_KEY}\n");
        files["support-2026-02/run/report.json"].ShouldContain("2026-02");
        string.Concat(files.Values).ShouldNotContain("hunter2");
        string.Concat(files.Values).ShouldNotContain("abcdef123456");
    }

    [Theory]
    [InlineData("token ghp_0123456789abcdef0123 end", "token [REDACTED] end")]
    [InlineData("AKIAABCDEFGHIJKLMNOP", "[REDACTED]")]
    [InlineData("POSTGRES_PASSWORD=hunter2", "POSTGRES_PASSWORD=[REDACTED]")]
    [InlineData("\"api_key\": \"abcd1234\"", "\"api_key\": \"[REDACTED]\"")]
    [InlineData("SECRET_KEY: ${SECRET_KEY}", "SECRET_KEY: ${SECRET_KEY}")]
    [InlineData("postgresql://u:hunter2@vps/db", "postgresql://u:[REDACTED]@vps/db")]
    [InlineData("the token is fine", "the token is fine")]
    public void What_has_the_form_or_the_name_of_a_secret_is_taken_out(string text, string expected) => new SupportBundle(new Redactor()).Redact(text).ShouldBe(expected);

    [Fact]
    public async Task Without_a_run_there_is_nothing_to_pack() => (await Should.ThrowAsync<WorldRefusedException>(() => new SupportBundle(new Redactor()).WriteAsync(
        Reports, directory, new SupportSources([], new Dictionary<string, string>(), new Dictionary<string, string>()), TestContext.Current.CancellationToken)))
        .Remedy.ShouldContain("./build.sh VerifyContexts");

    private string Reports => Path.Combine(directory, "reports");

    private static Dictionary<string, string> Unpack(string path)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var archive = new TarReader(stream);
        Dictionary<string, string> files = [];
        while (archive.GetNextEntry(copyData: true) is { } entry)
            files[entry.Name] = new StreamReader(entry.DataStream!).ReadToEnd();
        return files;
    }
}
