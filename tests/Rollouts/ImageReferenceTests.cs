using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Rollouts;

public class ImageReferenceTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("busybox", "busybox", "docker.io", "library/busybox", "latest", null)]
    [InlineData("acme/web:1", "acme/web", "docker.io", "acme/web", "1", null)]
    [InlineData("docker.io/nginx:1.27-alpine", "docker.io/nginx", "docker.io", "library/nginx", "1.27-alpine", null)]
    [InlineData("index.docker.io/library/nginx", "index.docker.io/library/nginx", "docker.io", "library/nginx", "latest", null)]
    [InlineData("ghcr.io/saleor/saleor:3.20", "ghcr.io/saleor/saleor", "ghcr.io", "saleor/saleor", "3.20", null)]
    [InlineData("localhost:5000/web", "localhost:5000/web", "localhost:5000", "web", "latest", null)]
    [InlineData("localhost/web:2@" + Digest, "localhost/web", "localhost", "web", "2", Digest)]
    [InlineData("[::1]:5000/a/b@" + Digest, "[::1]:5000/a/b", "[::1]:5000", "a/b", "latest", Digest)]
    [InlineData("registry:5000/web", "registry:5000/web", "registry:5000", "web", "latest", null)]
    public void A_reference_is_taken_apart(string text, string name, string registry, string repository, string tag, string? digest) =>
        ImageReference.Parse(text).ShouldBe(new ImageReference(name, registry, repository, tag, digest));

    [Theory]
    [InlineData("")]
    [InlineData("Nginx")]
    [InlineData("ghcr.io/Acme/web")]
    [InlineData("nginx:${TAG}")]
    [InlineData("nginx:")]
    [InlineData("nginx@sha256:abc")]
    [InlineData("a//b")]
    [InlineData("https://ghcr.io/a/b")]
    [InlineData("nginx:1\n")]
    public void What_is_no_reference_is_none(string text) => ImageReference.Parse(text).ShouldBeNull();

    [Fact]
    public void It_says_what_its_registry_is_asked_for()
    {
        ImageReference.Parse("nginx:1").ShouldNotBeNull().Manifest.ShouldBe("1");
        ImageReference.Parse($"nginx:1@{Digest}").ShouldNotBeNull().Manifest.ShouldBe(Digest);
        ImageReference.Parse("nginx").ShouldNotBeNull().ToString().ShouldBe("nginx:latest");
    }
}
