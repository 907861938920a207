using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Docker.DotNet.Models;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Fixture;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>A pre-built image that is not on the engine comes from a real registry that asks for a password.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class RegistryTests(RegistryTests.Fixture fixture) : IClassFixture<RegistryTests.Fixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task AnImage_is_pulled_with_the_credentials_of_the_Docker_configuration()
    {
        await fixture.StartRegistryAsync();
        await World.Engine.RemoveAsync();
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

    [Fact]
    public async Task A_base_image_is_pulled_with_the_credentials_that_a_helper_of_the_Docker_configuration_says()
    {
        await fixture.StartRegistryAsync();
        await World.Engine.RemoveAsync();
        await World.Repository.CommitAsync("A service on a private base", [("based/Dockerfile", $"FROM {fixture.Base}\nRUN true\n")]);
        await World.WriteAsync(World.Good.With($"image: {fixture.Image}\n", $"build: https://github.com/{FixtureRepository.FullName}.git#main:based\n"));

        (await World.RunAsync(fixture.ConfigurationWithHelper(), "Deploy")).ShouldEndWith(0).Output.ShouldNotContain(Fixture.Password);
        (await World.Engine.ContainersAsync()).ShouldHaveSingleItem().Service.ShouldBe("web");

        await World.Engine.RemoveAsync();
        await fixture.RemoveImagesAsync(fixture.Base);
        (await World.RunAsync(fixture.Configuration(withLogin: false), "DeployPhase1", "--skip", "VerifyContexts", "GeneratePhaseComposes"))
            .ShouldEndWith(1).ShouldSay($"its base image {fixture.Base} cannot be had", "docker login");
        (await World.ReadReportAsync()).Classes.ShouldBe(["image-unavailable"]);
        (await World.Engine.AllAsync()).ShouldBeEmpty();
    }

    /// <summary>The registry, and one service whose image is there.</summary>
    public sealed class Fixture(ScenarioMachine machine) : WorldFixture(machine, "registry")
    {
        internal const string Password = "registry-password-1";

        // htpasswd -Bbn user registry-password-1
        private const string Users = "user:$2y$05$wSKYagbyPyh7qXYWZ/Z37.LKDRTou5FdjFYeAEc42nTpdoXpMLS0q\n";

        private Process? _registry;

        private string _program = "";

        internal string Image { get; private set; } = "";

        internal string Base => Image[..^":1".Length] + "-base:1";

        private int Port { get; set; }

        private string Registry => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

        internal Dictionary<string, string> Configuration(bool withLogin)
        {
            var folder = Directory.CreateDirectory(Path.Combine(World.Folder, withLogin ? "login" : "no-login")).FullName;
            var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{Password}"));
            var auths = new Dictionary<string, object> { [Registry] = new { auth = login } };
            File.WriteAllText(Path.Combine(folder, "config.json"), withLogin ? JsonSerializer.Serialize(new { auths }) : "{}");
            return new Dictionary<string, string> { ["DOCKER_CONFIG"] = folder };
        }

        /// <summary>The login stands in no file: a program beside says it to who asks for this registry.</summary>
        internal Dictionary<string, string> ConfigurationWithHelper()
        {
            var folder = Directory.CreateDirectory(Path.Combine(World.Folder, "helper")).FullName;
            var helper = Path.Combine(folder, "docker-credential-scenario");
            File.WriteAllText(helper, $$"""
                #!/bin/sh
                if [ "$1 $(cat)" = "get {{Registry}}" ]; then echo '{"ServerURL":"{{Registry}}","Username":"user","Secret":"{{Password}}"}'; else exit 1; fi

                """);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(helper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var credHelpers = new Dictionary<string, string> { [Registry] = "scenario" };
            File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new { credHelpers }));
            return new Dictionary<string, string> { ["DOCKER_CONFIG"] = folder, ["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}" };
        }

        /// <summary>Pushes another image under the same tag.</summary>
        internal Task MoveTagAsync() => PushAsync(World.Machine.SaleorImage, Image);

        /// <summary>Removes what was built, and an image beside.</summary>
        internal async Task RemoveImagesAsync(params string[] references)
        {
            var images = World.Machine.Client.Images;
            foreach (var image in await images.ListImagesAsync(new ImagesListParameters()))
                foreach (var tag in (image.RepoTags ?? []).Where(tag => references.Contains(tag) || tag.Contains(World.Project, StringComparison.Ordinal)))
                    await images.DeleteImageAsync(tag, new ImageDeleteParameters { Force = true });
        }

        /// <summary>Starts it, unless it runs.</summary>
        internal Task StartRegistryAsync() => _registry?.HasExited == false ? Task.CompletedTask : StartAsync(_program);

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
            _program = Path.Combine(root, "usr", "bin", "docker-registry");
            await StartAsync(_program);

            Image = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}/team/web:1");
            foreach (var image in (string[])[Image, Base])
            {
                await PushAsync(World.Machine.BaseImage, image);
                await World.Machine.Client.Images.DeleteImageAsync(image, new ImageDeleteParameters());
            }

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
                await RemoveImagesAsync(Image, Base);

            _registry?.Kill();
            _registry?.Dispose();
        }

        private async Task PushAsync(string image, string reference)
        {
            var images = World.Machine.Client.Images;
            await images.TagImageAsync(image, new ImageTagParameters { RepositoryName = reference[..^":1".Length], Tag = "1" });
            await images.PushImageAsync(
                reference, new ImagePushParameters(), new AuthConfig { Username = "user", Password = Password }, new Progress<JSONMessage>());
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
