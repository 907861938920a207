using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Tests.Contexts.Dockerfiles;

public sealed class BuildKitNeedsTests
{
    [Theory]
    [InlineData("RUN --mount=type=cache,target=/c make", "RUN --mount")]
    [InlineData("RUN --network=none make", "RUN --network")]
    [InlineData("RUN <<EOF\nmake\nEOF", "RUN with a heredoc")]
    [InlineData("COPY <<EOF /etc/motd\nhello\nEOF", "COPY with a heredoc")]
    [InlineData("COPY --link a /a", "COPY --link")]
    [InlineData("COPY --chmod=755 a /a", "COPY --chmod")]
    [InlineData("ADD --checksum=sha256:00 https://example.com/a /a", "ADD --checksum")]
    public void What_the_classic_builder_refuses_is_named_with_its_line(string line, string what)
    {
        var need = Of($"FROM debian\nRUN true\n{line}\n").ShouldHaveSingleItem();
        (need.Line, need.What).ShouldBe((3, what));
    }

    [Theory]
    [InlineData("COPY --from=debian --chown=1:1 /a /a")]
    [InlineData("HEALTHCHECK --interval=5s CMD true")]
    [InlineData("RUN echo '<<EOF' --mount")]
    public void What_every_builder_takes_is_not(string line) => Of($"# syntax=docker/dockerfile:1\nFROM --platform=linux/amd64 debian\n{line}\n").ShouldBeEmpty();

    [Fact]
    public void Stages_behind_the_target_do_not_count() => Of(
        """
        FROM debian AS base
        RUN true
        FROM base AS extra
        RUN --mount=type=cache,target=/c make
        """, "base").ShouldBeEmpty();

    private static IReadOnlyList<BuildKitNeed> Of(string text, string? target = null) =>
        BuildKitNeeds.Of(EvaluatedDockerfile.Of(Dockerfile.Parse(text), BuildInputs.None with { Target = target }));
}
