using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Diagnosis;

public class EngineAndBuildTests
{
    [Theory]
    [InlineData("driver failed programming external connectivity on endpoint bizosaas-brain-staging (0f0c): Bind for 0.0.0.0:8001 failed: port is already allocated",
        FailureClass.PortConflict, "host port 8001 is already taken", "ss -ltnp 'sport = :8001'")]
    [InlineData("driver failed programming external connectivity on endpoint x (0f): Error starting userland proxy: listen tcp4 0.0.0.0:8001: bind: address already in use",
        FailureClass.PortConflict, "host port 8001 is already taken", "ss -ltnp 'sport = :8001'")]
    [InlineData("failed to set up container networking: driver failed programming external connectivity on endpoint x: failed to bind host port for 0.0.0.0:8001:172.18.0.2:8001/tcp: address already in use",
        FailureClass.PortConflict, "host port 8001 is already taken", "ss -ltnp 'sport = :8001'")]
    [InlineData("network dokploy-network not found", FailureClass.NetworkMissing, "network dokploy-network does not exist", "docker network create dokploy-network")]
    [InlineData("No such image: ghcr.io/saleor/saleor:3.20", FailureClass.ImageUnavailable, "the engine has no image ghcr.io/saleor/saleor:3.20", "./build.sh DeployPhase2")]
    [InlineData("Error response from daemon: write /var/lib/docker/tmp: no space left on device", FailureClass.DiskFull, "no space is left on the target", "docker system df")]
    [InlineData("""Conflict. The container name "/bizosaas-brain-staging" is already in use by container "4f2d9c1b7a6e". You have to remove (or rename) that container""",
        FailureClass.Unknown, "the name bizosaas-brain-staging belongs to another container (4f2d9c1b7a6e)", "docker inspect --format '{{.Name}} {{.State.Status}} {{.Config.Labels}}' 4f2d9c1b7a6e")]
    [InlineData("""OCI runtime create failed: runc create failed: unable to start container process: exec: "gunicorn": executable file not found in $PATH: unknown""",
        FailureClass.CrashLoop, "the command gunicorn cannot be run in its image (it is not there)", "./build.sh DeployPhase2")]
    [InlineData("something that nobody has seen before", FailureClass.Unknown, "the engine refused StartContainer x: something that nobody has seen before", "./build.sh DeployPhase2")]
    public void An_engine_s_refusal_is_named(string error, FailureClass expected, string cause, string nextCommand)
    {
        var diagnosis = Diagnose(new OperationRefused("brain-api", "StartContainer x", error));

        diagnosis.Failure.ShouldBe(expected);
        diagnosis.Cause.ShouldBe($"brain-api: {cause}");
        diagnosis.NextCommand.ShouldBe(nextCommand);
    }

    [Theory]
    [InlineData("manifest for ghcr.io/saleor/saleor:3.20 not found: manifest unknown: manifest unknown", FailureClass.ImageUnavailable, "does not exist in ghcr.io")]
    [InlineData("pull access denied for ghcr.io/saleor/saleor, repository does not exist or may require 'docker login'", FailureClass.ImageUnavailable, "ghcr.io refuses")]
    [InlineData("Head \"https://ghcr.io/v2/saleor/saleor/manifests/3.20\": denied: denied", FailureClass.ImageUnavailable, "ghcr.io refuses")]
    [InlineData("Get \"https://ghcr.io/v2/\": dial tcp: lookup ghcr.io: no such host", FailureClass.ImageUnavailable, "ghcr.io cannot be reached from the engine")]
    [InlineData("toomanyrequests: You have reached your pull rate limit.", FailureClass.ImageUnavailable, "has no pulls left")]
    [InlineData("no matching manifest for linux/arm64/v8 in the manifest list entries", FailureClass.ImageUnavailable, "no variant for the target's platform")]
    [InlineData("unauthorized: incorrect username or password", FailureClass.CredentialsRejected, "rejected the credentials")]
    [InlineData("failed to register layer: write /usr/lib/x: no space left on device", FailureClass.DiskFull, "no space is left")]
    public void A_pull_that_fails_is_named(string error, FailureClass expected, string cause)
    {
        var diagnosis = Diagnose(new PullFailed("saleor-api", "ghcr.io/saleor/saleor:3.20", error));

        diagnosis.Failure.ShouldBe(expected);
        diagnosis.Cause.ShouldContain(cause);
        diagnosis.Evidence.ShouldContain($"engine: {error}");
    }

    [Theory]
    [InlineData("ERROR: Could not find a version that satisfies the requirement fastapi==99.0 (from versions: 0.1.0, 0.2.0)\nERROR: No matching distribution found for fastapi==99.0",
        FailureClass.BuildFailure, "the package index has no version of fastapi==99.0 that fits")]
    [InlineData("WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError(...: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/fastapi/\nERROR: No matching distribution found for fastapi==0.1",
        FailureClass.BuildFailure, "the build cannot reach its package index")]
    [InlineData("npm ERR! code E404\nnpm ERR! 404 Not Found - GET https://registry.npmjs.org/nope - Not found", FailureClass.BuildFailure, "npm finds no such package or version")]
    [InlineData("npm ERR! code ERESOLVE\nnpm ERR! ERESOLVE unable to resolve dependency tree", FailureClass.BuildFailure, "npm's dependencies contradict each other")]
    [InlineData("E: Unable to locate package libpq-develop", FailureClass.BuildFailure, "apt knows no package libpq-develop")]
    [InlineData("/src/app.csproj : error NU1101: Unable to find package Nope. No packages exist with this id", FailureClass.BuildFailure, "NuGet cannot restore (NU1101)")]
    [InlineData("Program.cs(3,5): error CS1002: ; expected [/src/app.csproj]", FailureClass.BuildFailure, "the code does not compile (CS1002)")]
    [InlineData("COPY failed: file not found in build context or excluded by .dockerignore: stat requirements.txt: file does not exist", FailureClass.BuildFailure, "COPY finds no such file")]
    [InlineData("Temporary failure resolving 'deb.debian.org'", FailureClass.BuildFailure, "the build cannot reach deb.debian.org")]
    [InlineData("error: command 'gcc' failed: No such file or directory", FailureClass.BuildFailure, "gcc fails or is missing")]
    [InlineData("/bin/sh: pip: not found", FailureClass.BuildFailure, "the image has no program pip")]
    [InlineData("dockerfile parse error line 7: unknown instruction: RUNN", FailureClass.BuildFailure, "unknown instruction RUNN")]
    [InlineData("OSError: [Errno 28] No space left on device", FailureClass.DiskFull, "no space is left")]
    [InlineData("nothing known", FailureClass.BuildFailure, "The command '/bin/sh -c make all' returned a non-zero code: 2")]
    public void A_build_that_fails_is_named_by_what_its_step_printed(string log, FailureClass expected, string cause)
    {
        var diagnosis = Diagnose(new BuildFailed(
            "brain-api", "acme/api@0123:services/brain", "services/brain/Dockerfile", "Step 4/7 : RUN make all",
            "The command '/bin/sh -c make all' returned a non-zero code: 2", log.Split('\n')));

        diagnosis.Failure.ShouldBe(expected, diagnosis.Cause);
        diagnosis.Cause.ShouldStartWith("brain-api: its image could not be built at Step 4/7 : RUN make all: ");
        diagnosis.Cause.ShouldContain(cause);
        diagnosis.Evidence.ShouldContain("acme/api@0123:services/brain, services/brain/Dockerfile");
    }

    [Theory]
    [InlineData("pull access denied for nope, repository does not exist or may require 'docker login'")]
    [InlineData("Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host")]
    public void A_base_image_that_cannot_be_had_is_an_unavailable_image(string error)
    {
        var diagnosis = Diagnose(new BuildFailed("brain-api", "acme/api@0123:x", "x/Dockerfile", "Step 1/7 : FROM --platform=linux/amd64 python:3.99 AS base", error, []));

        diagnosis.Failure.ShouldBe(FailureClass.ImageUnavailable);
        diagnosis.Cause.ShouldContain("its base image python:3.99 cannot be had");
        diagnosis.NextCommand.ShouldBe("docker pull python:3.99");
    }

    [Fact]
    public void What_became_of_going_back_stands_in_the_evidence()
    {
        var diagnosis = Diagnose(new PullFailed("saleor-api", "x", "denied") { Undo = ["saleor-api runs again as before"] });

        diagnosis.Evidence.ShouldContain("undo: saleor-api runs again as before");
    }

    private static FailureDiagnosis Diagnose(DeploymentFailure failure) =>
        Diagnostician.FromPhase(new PhaseOutcome(2, PhaseResult.RolledBack, [], failure), []).ShouldHaveSingleItem();
}
