using System.Text;
using PhasedRollout.Deployment.Docker;

namespace PhasedRollout.Tests.Deployment.Docker;

/// <summary>What real engines (20.10) said of builds.</summary>
public sealed class BuildOutputTests
{
    [Fact]
    public async Task Steps_of_BuildKit_look_like_those_of_the_classic_builder()
    {
        var (lines, build) = await ReadAsync("two-stages");
        build.Error.ShouldBeNull();
        lines.ShouldBe(
        [
            "Step 1/2 (tools) : COPY busybox /bin/busybox",
            "---> Using cache",
            "Step 2/2 (tools) : RUN [\"/bin/busybox\",\"--install\",\"-s\",\"/bin\"]",
            "---> Using cache",
            "Step 1/2 (stage-1) : RUN echo made; echo warned >&2; printf \"no end\"",
            "made",
            "warned",
            "no end",
            "Step 2/2 (stage-1) : COPY --from=tools /bin/busybox /b",
            "Step : exporting to image",
            "Successfully tagged ha-exp:latest",
        ], ignoreOrder: true);
        lines.SkipWhile(line => !line.Contains("echo made", StringComparison.Ordinal)).Skip(1).Take(3).ShouldBe(["made", "warned", "no end"], ignoreOrder: true);
    }

    [Fact]
    public async Task What_comes_from_the_cache_is_said_to() =>
        (await ReadAsync("from-cache")).Lines.Count(line => line == "---> Using cache").ShouldBe(3);

    [Fact]
    public async Task A_step_that_fails_is_named_and_its_output_comes_last()
    {
        var (lines, build) = await ReadAsync("step-failed");
        build.Step.ShouldBe("Step 1/1 (app) : RUN echo one; echo two >&2; exit 3");
        build.Error.ShouldBe("executor failed running [/bin/sh -c echo one; echo two >&2; exit 3]: exit code: 3");
        lines[^3].ShouldBe(build.Step);
        lines.TakeLast(2).ShouldBe(["one", "two"], ignoreOrder: true);
    }

    [Fact]
    public async Task Of_steps_side_by_side_the_one_that_failed_is_told_last_and_whole()
    {
        var (lines, build) = await ReadAsync("side-by-side");
        build.Step!.ShouldStartWith("Step 1/1 (b) : RUN sleep 0.2");
        lines.TakeLast(3).ShouldBe([build.Step, "b1", "b broke: é"]);
        lines.ShouldNotContain("a1", "it was stopped, and came after the one that failed");
    }

    [Fact]
    public async Task What_a_step_prints_while_another_is_told_waits_for_its_turn()
    {
        // The same build up to its last but one message: nothing has failed yet.
        var messages = File.ReadAllLines(Repository.PathOf("tests/Deployment/Docker/builds/side-by-side.jsonl"));
        var (lines, _) = await OfTextAsync(string.Join('\n', messages[..^3]));
        lines.SkipWhile(line => !line.StartsWith("Step 1/1 (b)", StringComparison.Ordinal)).Skip(1).ShouldBe(["b1", "b broke: é", "Step 1/1 (a) : RUN for i in 1 2 3 4 5; do echo a$i; sleep 0.3; done", "a1", "a2", "a3"]);
    }

    [Theory]
    [InlineData("file-missing", "Step 3/3 : COPY requirements.txt /x", "failed to compute cache key: \"/requirements.txt\" not found: not found")]
    [InlineData("base-needs-login", "Step : FROM 127.0.0.1:39385/team/web:1", "no active sessions")]
    [InlineData("unknown-flag", null, "dockerfile parse error line 4: Unknown flag: network")]
    public async Task A_failure_names_its_step(string build, string? step, string error)
    {
        var read = (await ReadAsync(build)).Build;
        read.Step.ShouldBe(step);
        read.Error!.ShouldEndWith(error);
    }

    [Fact]
    public async Task The_classic_builder_is_read_line_by_line_whatever_pieces_it_sends()
    {
        var (lines, build) = await OfTextAsync(
            """
            {"stream":"Step 1/2 : FROM base\n"}
            {"stream":" ---\u003e "}
            {"stream":"4f06b3a0cf\n"}
            {"status":"Pulling","id":"x"}
            {"stream":"Step 2/2 : RUN false\n"}
            {"errorDetail":{"code":1,"message":"The command '/bin/sh -c false' returned a non-zero code: 1"},"error":"The command '/bin/sh -c false' returned a non-zero code: 1"}
            """);
        lines.ShouldBe(["Step 1/2 : FROM base", "---> 4f06b3a0cf", "Pulling", "Step 2/2 : RUN false"]);
        (build.Step, build.Error).ShouldBe(("Step 2/2 : RUN false", "The command '/bin/sh -c false' returned a non-zero code: 1"));
    }

    [Fact]
    public async Task A_line_without_an_end_is_cut()
    {
        var piece = $$"""{"stream":"{{new string('a', 100_000)}}"}""";
        var (lines, _) = await OfTextAsync(string.Join('\n', Enumerable.Repeat(piece, 50).Append("""{"stream":"\nnext\n"}""")));
        lines.Select(line => line.Length).ShouldBe([16 << 10, 4]);
    }

    [Theory]
    [InlineData("<html>502</html>")]
    [InlineData("""{"id":"moby.buildkit.trace","aux":"not base64"}""")]
    [InlineData("[]")]
    public async Task An_answer_that_is_none_is_the_error(string line) => (await OfTextAsync(line)).Build.Error!.ShouldStartWith("the engine's answer cannot be read: ");

    [Fact]
    public async Task A_trace_that_cannot_be_read_takes_nothing_from_the_build()
    {
        var (_, build) = await OfTextAsync($$"""{"id":"moby.buildkit.trace","aux":"{{Convert.ToBase64String([0x0a, 0xff, 0xff])}}"}""");
        build.Error.ShouldBeNull();
    }

    private static Task<(IReadOnlyList<string> Lines, BuildOutput Build)> ReadAsync(string name) =>
        OfTextAsync(File.ReadAllText(Repository.PathOf($"tests/Deployment/Docker/builds/{name}.jsonl")));

    private static async Task<(IReadOnlyList<string> Lines, BuildOutput Build)> OfTextAsync(string text)
    {
        var lines = new List<string>();
        var build = new BuildOutput(lines.Add);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await build.ReadAsync(stream, TestContext.Current.CancellationToken);
        return (lines, build);
    }
}
