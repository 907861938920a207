using PhasedRollout.Contexts.Registries;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts.Registries;

public sealed class RegistryCredentialsTests : IDisposable
{
    private readonly string config = Directory.CreateTempSubdirectory("docker-config-").FullName;

    public void Dispose() => Directory.Delete(config, recursive: true);

    [Fact]
    public async Task Credentials_come_from_the_configuration()
    {
        Write("""
            { "auths": { "ghcr.io": { "auth": "bWU6c2VjcmV0OndpdGg6Y29sb25z" }, "https://index.docker.io/v1/": { "username": "hub", "password": "p" },
              "token.example": { "identitytoken": "t" }, "broken.example": { "auth": "%%%" }, "empty.example": {} } }
            """);

        var found = (await Ask("ghcr.io")).ShouldNotBeNull();
        (found.Username, found.Password, found.Server).ShouldBe(("me", "secret:with:colons", "ghcr.io"));
        found.ToString().ShouldBe("ghcr.io");
        (await Ask(ImageReference.DockerHub)).ShouldNotBeNull().Username.ShouldBe("hub");
        (await Ask("token.example")).ShouldNotBeNull().IdentityToken.ShouldBe("t");
        (await Ask("broken.example")).ShouldBeNull();
        (await Ask("empty.example")).ShouldBeNull();
        (await Ask("unknown.example")).ShouldBeNull();
        (await new RegistryCredentials(config).AllAsync(TestContext.Current.CancellationToken)).Keys
            .ShouldBe(["ghcr.io", "https://index.docker.io/v1/", "token.example"], ignoreOrder: true);
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

    [Fact]
    public void The_folder_is_that_of_the_Docker_CLI()
    {
        RegistryCredentials.Directory(name => name == "DOCKER_CONFIG" ? "/elsewhere" : null).ShouldBe("/elsewhere");
        RegistryCredentials.Directory(_ => null).ShouldEndWith(".docker");
    }

    private Task<RegistryCredential?> Ask(string registry) =>
        new RegistryCredentials(config).ForAsync(registry, TestContext.Current.CancellationToken);

    private void Write(string text) => File.WriteAllText(Path.Combine(config, "config.json"), text);
}
