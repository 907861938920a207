using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

public class ConfigHashTests
{
    private static readonly ContainerConfiguration Plain = new() { Name = "web", ImageIdentity = "sha256:1" };

    // One change for each property: a property that is added without one here fails the test below.
    private static readonly Dictionary<string, ContainerConfiguration> Changes = new()
    {
        ["Name"] = Plain with { Name = "other" },
        ["ImageIdentity"] = Plain with { ImageIdentity = "sha256:2" },
        ["Platform"] = Plain with { Platform = "linux/arm64" },
        ["Command"] = Plain with { Command = [] },
        ["Entrypoint"] = Plain with { Entrypoint = [] },
        ["Environment"] = Plain with { Environment = new Dictionary<string, string> { ["A"] = "" } },
        ["Ports"] = Plain with { Ports = [new PortMapping(80, 8080, "127.0.0.1") { HostPortEnd = 8090 }] },
        ["Expose"] = Plain with { Expose = ["80"] },
        ["Mounts"] = Plain with { Mounts = [new MountDefinition("tmpfs", null, "/tmp", false)] },
        ["Networks"] = Plain with { Networks = [new NetworkAttachment("n", [])] },
        ["NetworkMode"] = Plain with { NetworkMode = "host" },
        ["Healthcheck"] = Plain with { Healthcheck = new Healthcheck(["CMD", "true \"ä\""], TimeSpan.FromMilliseconds(1500), null, 3, null, true) },
        ["Restart"] = Plain with { Restart = "always" },
        ["Labels"] = Plain with { Labels = new Dictionary<string, string> { ["a"] = "b" } },
        ["ExtraHosts"] = Plain with { ExtraHosts = ["a:1.2.3.4"] },
        ["User"] = Plain with { User = "" },
        ["WorkingDirectory"] = Plain with { WorkingDirectory = "/" },
        ["Hostname"] = Plain with { Hostname = "h" },
        ["StopSignal"] = Plain with { StopSignal = "SIGINT" },
        ["StopGracePeriod"] = Plain with { StopGracePeriod = TimeSpan.FromSeconds(10) },
        ["Init"] = Plain with { Init = false },
        ["Privileged"] = Plain with { Privileged = true },
        ["ReadOnly"] = Plain with { ReadOnly = true },
        ["Tty"] = Plain with { Tty = true },
        ["StdinOpen"] = Plain with { StdinOpen = true },
        ["CapAdd"] = Plain with { CapAdd = ["ALL"] },
        ["CapDrop"] = Plain with { CapDrop = ["ALL"] },
        ["SecurityOptions"] = Plain with { SecurityOptions = ["no-new-privileges"] },
        ["MemoryLimit"] = Plain with { MemoryLimit = 0 },
        ["Cpus"] = Plain with { Cpus = 0.50m },
        ["SharedMemorySize"] = Plain with { SharedMemorySize = 0 },
        ["Logging"] = Plain with { Logging = new LoggingDefinition(null, new Dictionary<string, string>()) },
    };

    [Fact]
    public void Every_property_is_in_the_hash_and_gives_one_of_its_own()
    {
        Changes.Keys.ShouldBe(typeof(ContainerConfiguration).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name));
        Changes.Values.Prepend(Plain).Select(WantedService.Hash).Distinct().Count().ShouldBe(Changes.Count + 1);
    }

    [Fact]
    public void The_order_of_mappings_and_the_place_of_a_port_are_not_in_it()
    {
        static string Hash(params string[] names) => WantedService.Hash(Plain with
        {
            Environment = names.ToDictionary(name => name, name => name + "=1"),
            Ports = [new PortMapping(80, 8080) { Location = new(names[0], 1, 1) }],
        });

        Hash("A", "B").ShouldBe(Hash("B", "A"));
    }

    [Fact]
    public void It_stays_what_it_was_so_that_a_new_version_of_this_tool_replaces_nothing() =>
        WantedService.Hash(Plain).ShouldBe("a3bc91f2dfb034e416104989b8840bf7fc21ec098199c10b6202eec58ca98b08");

    [Fact]
    public void Generated_code_writes_what_reflection_would()
    {
        var reflection = new JsonSerializerOptions(ConfigurationJson.Default.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        foreach (var configuration in Changes.Values)
            JsonSerializer.Serialize(configuration, ConfigurationJson.Default.ContainerConfiguration).ShouldBe(JsonSerializer.Serialize(configuration, reflection));
    }

    [Fact]
    public void A_build_is_known_by_its_tree_and_not_by_its_commit()
    {
        var service = Stacks.Build("web", "web");
        var repository = new MemoryRepository().With("web/Dockerfile", "FROM scratch");
        var source = (PhasedRollout.Phases.PinnedBuild)Stacks.Phases(Stacks.Rollout("shop", [service]), repository)[0].Services[0].Source;
        var none = new Dictionary<string, string>();

        var fingerprint = BuildFingerprint.Of(service, source, none);
        BuildFingerprint.Of(service, source with { Commit = new string('1', 40) }, none).ShouldBe(fingerprint);
        new[]
        {
            BuildFingerprint.Of(service, source with { TreeId = new string('1', 40) }, none),
            BuildFingerprint.Of(service, source with { DockerfilePath = "web/Other" }, none),
            BuildFingerprint.Of(service, source, new Dictionary<string, string> { ["A"] = "B" }),
            BuildFingerprint.Of(service with { Platform = "linux/arm64" }, source, none),
            BuildFingerprint.Of(service with { Build = service.Build! with { Target = "stage" } }, source, none),
            BuildFingerprint.Of(service with { Build = service.Build! with { DockerfileInline = "FROM x" } }, source, none),
            fingerprint,
        }.ShouldBeUnique();
        BuildFingerprint.Tag("Shop_1", "web.api", fingerprint).ShouldBe($"shop-1-web-api:{fingerprint[..12]}");
    }
}
