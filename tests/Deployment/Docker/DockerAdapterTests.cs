using System.Net;
using PhasedRollout.Deployment.Docker;

namespace PhasedRollout.Tests.Deployment.Docker;

public sealed class DockerAdapterTests : IDisposable
{
    private readonly string config = Directory.CreateTempSubdirectory("docker-config-").FullName;

    public void Dispose() => Directory.Delete(config, recursive: true);

    [Theory]
    [InlineData("  0: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000 100 0 0 10 0", "0.0.0.0", 8000)]
    [InlineData("  1: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   104        0 777 1 0000 100 0 0 10 0", "127.0.0.1", 5432)]
    [InlineData("  2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 9 1 0", "::", 80)]
    [InlineData("  3: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 9 1 0", "::1", 80)]
    [InlineData(" 40: 00000000:0035 00000000:0000 07 0:0 00:0 0 0 0 9 2 0", "0.0.0.0", 53)]
    public void A_listener_is_read_from_the_kernels_table(string line, string address, int port)
    {
        var listener = Listener.Parse(line).ShouldNotBeNull();
        (listener.Address, listener.Port).ShouldBe((IPAddress.Parse(address), port));
    }

    [Theory]
    [InlineData("  0: 0100007F:1F40 0100007F:D431 01 00000000:00000000 00:00000000 00000000 0 0 12345 1")]
    [InlineData("sl local_address rem_address st")]
    [InlineData("")]
    public void What_is_no_listener_is_none(string line) => Listener.Parse(line).ShouldBeNull();

    [Theory]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("127.0.0.1", "0.0.0.0", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "10.0.0.1", false)]
    [InlineData("0.0.0.0", "10.0.0.1", true)]
    [InlineData("::", "10.0.0.1", true)]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", true)]
    public void A_listener_keeps_what_it_overlaps_from_being_bound(string held, string? wanted, bool overlaps) =>
        EngineHost.Overlap(IPAddress.Parse(held), wanted).ShouldBe(overlaps);

    [Theory]
    [InlineData("busybox", "docker.io", "busybox", "latest", null)]
    [InlineData("acme/web:1", "docker.io", "acme/web", "1", null)]
    [InlineData("ghcr.io/saleor/saleor:3.20", "ghcr.io", "ghcr.io/saleor/saleor", "3.20", null)]
    [InlineData("localhost:5000/web", "localhost:5000", "localhost:5000/web", "latest", null)]
    [InlineData("localhost/web:2@sha256:ab", "localhost", "localhost/web", "2", "sha256:ab")]
    public void A_reference_is_taken_apart(string reference, string registry, string repository, string tag, string? digest) =>
        ImageName.Parse(reference).ShouldBe(new ImageName(registry, repository, tag, digest));

    [Theory]
    [InlineData("GET", "/v1.41/containers/json", true)]
    [InlineData("HEAD", "/_ping", true)]
    [InlineData("POST", "/v1.41/containers/create", false)]
    [InlineData("POST", "/v1.41/networks/create", false)]
    [InlineData("DELETE", "/v1.41/containers/x", false)]
    [InlineData("PUT", "/v1.41/containers/x/archive", false)]
    public void A_connection_that_may_only_look_lets_nothing_else_through(string method, string path, bool allowed)
    {
        AllowedCalls.Allows(EngineAccess.ReadOnly, new HttpMethod(method), path).ShouldBe(allowed);
        AllowedCalls.Allows(EngineAccess.ReadAndCreateNetworks, new HttpMethod(method), path)
            .ShouldBe(allowed || path.EndsWith("/networks/create", StringComparison.Ordinal));
        AllowedCalls.Allows(EngineAccess.Full, new HttpMethod(method), path).ShouldBeTrue();
    }

    [Fact]
    public async Task Credentials_come_from_the_configuration()
    {
        Write("""
            { "auths": { "ghcr.io": { "auth": "bWU6c2VjcmV0OndpdGg6Y29sb25z" }, "https://index.docker.io/v1/": { "username": "hub", "password": "p" },
              "token.example": { "identitytoken": "t" }, "broken.example": { "auth": "%%%" }, "empty.example": {} } }
            """);

        var found = (await Ask("ghcr.io")).ShouldNotBeNull();
        (found.Username, found.Password, found.ServerAddress).ShouldBe(("me", "secret:with:colons", "ghcr.io"));
        (await Ask("docker.io")).ShouldNotBeNull().Username.ShouldBe("hub");
        (await Ask("token.example")).ShouldNotBeNull().IdentityToken.ShouldBe("t");
        (await Ask("broken.example")).ShouldBeNull();
        (await Ask("empty.example")).ShouldBeNull();
        (await Ask("unknown.example")).ShouldBeNull();
    }

    [Fact]
    public async Task A_helper_that_is_not_there_or_is_no_name_of_a_program_gives_no_credentials()
    {
        Write("""{ "credsStore": "no-such-helper-here", "credHelpers": { "evil.example": "../../bin/sh" } }""");
        (await Ask("ghcr.io")).ShouldBeNull();
        (await Ask("evil.example")).ShouldBeNull();
    }

    [Fact]
    public async Task A_configuration_that_is_no_JSON_gives_no_credentials()
    {
        Write("{");
        (await Ask("ghcr.io")).ShouldBeNull();
    }

    private Task<global::Docker.DotNet.Models.AuthConfig?> Ask(string registry) =>
        new DockerCredentials(config).ForAsync(registry, TestContext.Current.CancellationToken);

    private void Write(string text) => File.WriteAllText(Path.Combine(config, "config.json"), text);
}
