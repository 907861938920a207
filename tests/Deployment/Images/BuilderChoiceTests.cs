using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Images;

namespace PhasedRollout.Tests.Deployment.Images;

public sealed class BuilderChoiceTests
{
    [Theory]
    [InlineData("RUN make", true, false, ImageBuilder.BuildKit)]
    [InlineData("RUN make", false, false, ImageBuilder.Classic)]
    [InlineData("RUN --mount=type=cache,target=/c make", false, false, ImageBuilder.Classic)]
    // The ignore file keeps the Dockerfile out of the context: only the classic builder takes it out of the archive.
    [InlineData("RUN make", true, true, ImageBuilder.Classic)]
    [InlineData("RUN --mount=type=cache,target=/c make", true, true, ImageBuilder.BuildKit)]
    public void BuildKit_builds_what_it_builds_as_docker_build_does(string line, bool hasBuildKit, bool keepsDockerfileAway, ImageBuilder builder) =>
        BuilderChoice.Of(hasBuildKit, Of($"FROM debian\n{line}\n"), keepsDockerfileAway).ShouldBe(builder);

    [Theory]
    [InlineData("RUN make", ImageBuilder.Classic)]
    [InlineData("COPY --link a /a", ImageBuilder.BuildKit)]
    [InlineData("COPY *.json .", ImageBuilder.BuildKit)]
    [InlineData("COPY *.json ./", ImageBuilder.Classic)]
    public void A_registry_is_asked_for_a_frontend_only_where_it_is_needed(string line, ImageBuilder builder) =>
        BuilderChoice.Of(hasBuildKit: true, Of($"# syntax=docker/dockerfile:1\nFROM debian\n{line}\n"), keepsDockerfileAway: false).ShouldBe(builder);

    [Fact]
    public void What_BuildKit_would_ask_registries_for_is_known_before()
    {
        var images = BuilderChoice.Images(Of(
            """
            # syntax=docker/dockerfile:1.7
            ARG BASE=registry.example:5000/base@sha256:0123456789012345678901234567890123456789012345678901234567890123
            FROM --platform=$BUILDPLATFORM golang:1.25 AS build
            FROM scratch AS unneeded
            COPY --from=busybox /bin/sh /sh
            FROM --platform=linux/arm64 $BASE AS arm
            FROM debian
            COPY --from=build /a /a
            COPY --from=nginx:1 /etc/nginx /etc/nginx
            RUN --mount=from=arm,target=/arm --mount=from=alpine,target=/alpine true
            """), "linux/amd64");
        images.Select(image => (image.Reference.ToString(), image.Platform)).ShouldBe(
        [
            ("golang:1.25", null),
            ("registry.example:5000/base:latest@sha256:0123456789012345678901234567890123456789012345678901234567890123", "linux/arm64"),
            ("debian:latest", "linux/amd64"),
            ("nginx:1", "linux/amd64"),
            ("alpine:latest", "linux/amd64"),
            ("docker/dockerfile:1.7", null),
        ], ignoreOrder: true);
    }

    private static EvaluatedDockerfile Of(string text) => EvaluatedDockerfile.Of(Dockerfile.Parse(text), BuildInputs.None);
}
