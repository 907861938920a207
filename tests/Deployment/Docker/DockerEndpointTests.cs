using System.Security.Cryptography;
using System.Text;
using PhasedRollout.Compose;
using PhasedRollout.Deployment.Docker;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment.Docker;

public sealed class DockerEndpointTests : IDisposable
{
    private readonly string config = Directory.CreateTempSubdirectory("docker-config-").FullName;

    public void Dispose() => Directory.Delete(config, recursive: true);

    [Fact]
    public void The_parameter_goes_before_the_environment_and_that_before_the_context()
    {
        WriteContext("remote", "tcp://remote:2375");
        File.WriteAllText(Path.Combine(config, "config.json"), """{ "currentContext": "remote" }""");

        Find("unix:///a.sock", ("DOCKER_HOST", "unix:///b.sock")).Uri.ShouldBe(new Uri("unix:///a.sock"));
        Find(null, ("DOCKER_HOST", "unix:///b.sock"), ("DOCKER_CONTEXT", "remote")).Uri.ShouldBe(new Uri("unix:///b.sock"));
        Find(null, ("DOCKER_CONTEXT", "default")).Uri.ShouldBe(new Uri("unix:///var/run/docker.sock"));
        var current = Find(null);
        current.Uri.ShouldBe(new Uri("tcp://remote:2375"));
        current.Source.ShouldBe("Docker context 'remote'");
    }

    [Fact]
    public void Nothing_said_means_the_socket_of_the_platform() => Find(null).Uri.ShouldBe(new Uri("unix:///var/run/docker.sock"));

    [Fact]
    public void A_certificate_path_makes_tcp_encrypted_and_leaves_a_socket_alone()
    {
        Find("tcp://host:2376", ("DOCKER_CERT_PATH", "/certs")).CertificatePath.ShouldBe("/certs");
        Find("tcp://host:2376", ("DOCKER_TLS_VERIFY", "1")).CertificatePath.ShouldBe(config);
        Find("unix:///a.sock", ("DOCKER_CERT_PATH", "/certs")).CertificatePath.ShouldBeNull();
    }

    [Theory]
    [InlineData("ssh://user@host", "not available yet")]
    [InlineData("ftp://host", "not an engine's address")]
    [InlineData("tcp://", "not an engine's address")]
    public void An_address_that_cannot_be_used_is_wrong_input(string address, string message) =>
        Should.Throw<InvalidInputException>(() => Find(address)).Message.ShouldContain(message);

    [Fact]
    public void A_context_that_is_not_there_is_named() =>
        Should.Throw<WorldRefusedException>(() => Find(null, ("DOCKER_CONTEXT", "gone"))).Message.ShouldContain("'gone'");

    private DockerEndpoint Find(string? parameter, params (string Name, string Value)[] environment) =>
        DockerEndpoint.Find(parameter, name => environment.FirstOrDefault(variable => variable.Name == name).Value, config);

    private void WriteContext(string name, string host)
    {
        var folder = Directory.CreateDirectory(Path.Combine(config, "contexts", "meta", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))));
        File.WriteAllText(Path.Combine(folder.FullName, "meta.json"), $$"""{"Name":"{{name}}","Endpoints": { "docker": { "Host": "{{host}}" } } }""");
    }
}
