using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Docker.DotNet.Models;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>A pre-built image that is not on the engine comes from a real registry that asks for a password.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class RegistryTests(RegistryTests.Fixture fixture) : IClassFixture<RegistryTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task AnImage_is_pulled_with_the_credentials_of_the_Docker_configuration()
    {
        await World.WriteAsync(World.Good);

        (await World.RunAsync(fixture.Configuration(withLogin: false), "Deploy")).ShouldEndWith(1).ShouldSay("docker login");
        (await World.ReadReportAsync()).Classes.ShouldBe(["image-unavailable"]);
        (await World.Engine.AllAsync()).ShouldBeEmpty();

        var deployed = (await World.RunAsync(fixture.Configuration(withLogin: true), "Deploy")).ShouldEndWith(0).ShouldSay("pulled");
        deployed.Output.ShouldNotContain(Fixture.Password);
        var container = (await World.Engine.ContainersAsync()).ShouldHaveSingleItem();
        container.Service.ShouldBe("web");

        // The registry said what the tag stands for: that is what the phase file asks for, what the container is labelled with, and what the report says.
        var digest = container.Labels["phased-rollout.digest"];
        digest.ShouldStartWith("sha256:");
        (await File.ReadAllTextAsync(Path.Combine(World.Phases, "phase-1.compose.yml"), TestContext.Current.CancellationToken)).ShouldContain($"{fixture.Image}@{digest}");
        (await File.ReadAllTextAsync(Path.Combine(World.Reports, "report.json"), TestContext.Current.CancellationToken)).ShouldContain($"\"digest\": \"{digest}\"");

        // A tag that moves after it was verified changes nothing; nor does a registry that is gone.
        var before = await World.Engine.FingerprintAsync();
        await fixture.MoveTagAsync();
        (await World.RunAsync(fixture.Configuration(withLogin: true), "DeployPhase1", "--skip", "VerifyContexts", "GeneratePhaseComposes")).ShouldEndWith(0).ShouldSay("unchanged");
        fixture.StopRegistry();
        (await World.RunAsync(fixture.Configuration(withLogin: true), "Deploy")).ShouldEndWith(0).ShouldSay("unchanged");
        (await World.Engine.FingerprintAsync()).ShouldBe(before);
    }

    /// <summary>The registry, and one service whose image is there.</summary>
    public sealed class Fixture(ScenarioMachine machine) : WorldFixture(machine, "registry")
    {
        internal const string Password = "registry-password-1";

        // htpasswd -Bbn user registry-password-1
        private const string Users = "user:$2y$05$wSKYagbyPyh7qXYWZ/Z37.LKDRTou5FdjFYeAEc42nTpdoXpMLS0q\n";

        private Process? _registry;

        internal string Image { get; private set; } = "";

        private int Port { get; set; }

        internal Dictionary<string, string> Configuration(bool withLogin)
        {
            var folder = Directory.CreateDirectory(Path.Combine(World.Folder, withLogin ? "login" : "no-login")).FullName;
            var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{Password}"));
            var auths = new Dictionary<string, object> { [$"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}"] = new { auth = login } };
            File.WriteAllText(Path.Combine(folder, "config.json"), withLogin ? JsonSerializer.Serialize(new { auths }) : "{}");
            return new Dictionary<string, string> { ["DOCKER_CONFIG"] = folder };
        }

        /// <summary>Pushes another image under the same tag.</summary>
        internal Task MoveTagAsync() => PushAsync(World.Machine.SaleorImage);

        internal void StopRegistry()
        {
            _registry?.Kill();
            _registry?.WaitForExit();
        }

        protected override async Task SetUpAsync()
        {
            var root = await new DebianPackages(PhasedRollout.Tests.Repository.PathOf(".nuke/temp/packages"), noInstall: false, _ => { })
                .UnpackAsync("a registry for the tests", ["docker-registry"], CancellationToken.None);
            Port = World.Machine.FreePort();
            await StartAsync(Path.Combine(root, "usr", "bin", "docker-registry"));

            Image = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}/team/web:1");
            await PushAsync(World.Machine.BaseImage);
            await World.Machine.Client.Images.DeleteImageAsync(Image, new ImageDeleteParameters());

            World.Good = new DemoInput(
                $$"""
                name: {{World.Project}}
                x-rollout:
                  phases:
                    - title: Pulled
                      services: [web]
                services:
                  web:
                    image: {{Image}}
                    command: [sleep, "100000"]
                    stop_signal: SIGKILL
                """,
                new Dictionary<string, string>());
        }

        protected override async Task TearDownAsync()
        {
            await World.Engine.RemoveAsync();
            if (Image.Length > 0)
                await World.Machine.Client.Images.DeleteImageAsync(Image, new ImageDeleteParameters { Force = true });

            _registry?.Kill();
            _registry?.Dispose();
        }

        private async Task PushAsync(string image)
        {
            var images = World.Machine.Client.Images;
            await images.TagImageAsync(image, new ImageTagParameters { RepositoryName = Image[..^":1".Length], Tag = "1" });
            await images.PushImageAsync(
                Image, new ImagePushParameters(), new AuthConfig { Username = "user", Password = Password }, new Progress<JSONMessage>());
        }

        private async Task StartAsync(string program)
        {
            var folder = Directory.CreateDirectory(Path.Combine(World.Folder, "registry")).FullName;
            File.WriteAllText(Path.Combine(folder, "users"), Users);
            File.WriteAllText(Path.Combine(folder, "config.yml"),
                $$"""
                version: 0.1
                storage:
                  filesystem:
                    rootdirectory: {{folder}}/data
                http:
                  addr: 127.0.0.1:{{Port}}
                auth:
                  htpasswd:
                    realm: scenarios
                    path: {{folder}}/users
                """);
            _registry = Process.Start(new ProcessStartInfo(program, ["serve", Path.Combine(folder, "config.yml")])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            _registry.BeginOutputReadLine();
            _registry.BeginErrorReadLine();

            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (true)
            {
                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync("127.0.0.1", Port, patience.Token);
                    return;
                }
                catch (SocketException)
                {
                    await Task.Delay(50, patience.Token);
                }
            }
        }
    }
}
