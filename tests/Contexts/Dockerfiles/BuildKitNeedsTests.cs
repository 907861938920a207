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
    [InlineData("COPY a b .", "COPY of several files to '.', which has no slash at its end")]
    [InlineData("ADD [\"a\", \"b\", \"/app\"]", "ADD of several files to '/app', which has no slash at its end")]
    [InlineData("COPY --from=debian /a /b dest", "COPY of several files to 'dest', which has no slash at its end")]
    [InlineData("COPY package*.json .", "COPY of several files to '.', which has no slash at its end")]
    public void What_the_classic_builder_refuses_is_named_with_its_line(string line, string what)
    {
        var need = Of($"FROM debian\nRUN true\n{line}\n").ShouldHaveSingleItem();
        (need.Line, need.What).ShouldBe((3, what));
    }

    [Theory]
    [InlineData("COPY --from=debian --chown=1:1 /a /a")]
    [InlineData("HEALTHCHECK --interval=5s CMD true")]
    [InlineData("RUN echo '<<EOF' --mount")]
    [InlineData("COPY a b ./")]
    [InlineData("COPY one*.json .")]
    [InlineData("COPY a .")]
    [InlineData("ARG TO\nCOPY a b $TO")]
    public void What_every_builder_takes_is_not(string line) => Of($"# syntax=docker/dockerfile:1\nFROM --platform=linux/amd64 debian\n{line}\n").ShouldBeEmpty();

    [Fact]
    public void A_stage_behind_the_target_is_reached_by_no_builder_and_one_that_nothing_needs_by_the_classic_one()
    {
        const string Text =
            """
            FROM debian AS base
            RUN true
            FROM base AS extra
            RUN --mount=type=secret,id=token make
            FROM base
            RUN true
            """;
        var behind = Of(Text, "base").ShouldHaveSingleItem();
        (behind.IsUpToTarget, behind.IsBuilt).ShouldBe((false, false));
        var unneeded = Of(Text).ShouldHaveSingleItem();
        (unneeded.IsUpToTarget, unneeded.IsBuilt).ShouldBe((true, false));
    }

    [Theory]
    [InlineData("RUN --mount=type=secret,id=token make", "RUN --mount=type=secret", true)]
    [InlineData("RUN --mount=type=SSH make", "RUN --mount=type=ssh", true)]
    [InlineData("RUN --mount=type=cache,target=/c make", "RUN --mount", false)]
    [InlineData("ONBUILD RUN --mount=type=ssh make", "RUN --mount=type=ssh", false)]
    public void What_BuildKit_asks_its_client_for_is_known(string line, string what, bool asks)
    {
        var need = Of($"FROM debian\n{line}\n").ShouldHaveSingleItem();
        (need.What, need.AsksClient).ShouldBe((what, asks));
    }

    // Tried on Docker Engine 20.10.24: true where it took it.
    [Theory]
    [InlineData("RUN --mount=type=tmpfs,target=/c make", true)]
    [InlineData("COPY --chmod=755 a /a", true)]
    [InlineData("RUN --network=none make", false)]
    [InlineData("RUN --security=sandbox make", false)]
    [InlineData("RUN <<EOF\nmake\nEOF", false)]
    [InlineData("COPY --link a /a", false)]
    [InlineData("COPY --parents a /a", false)]
    [InlineData("ADD --exclude=b a /a", false)]
    [InlineData("ADD --keep-git-dir=true a /a", false)]
    public void What_the_oldest_engine_builds_is_known(string line, bool builds) =>
        (Of($"FROM debian\n{line}\n").ShouldHaveSingleItem().Since <= new Version(1, 41)).ShouldBe(builds);

    private static IReadOnlyList<BuildKitNeed> Of(string text, string? target = null) =>
        BuildKitNeeds.Of(EvaluatedDockerfile.Of(Dockerfile.Parse(text), BuildInputs.None with { Target = target }), pattern => pattern == "package*.json" ? 2 : 1);
}
