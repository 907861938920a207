using System.Text.Json.Nodes;
using PhasedRollout.Deployment.Docker;

namespace PhasedRollout.Tests.Deployment.Docker;

public class ContainerCopyTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static readonly string Anonymous = new('a', 64);
    private static readonly Dictionary<string, string> NoLabels = [];

    private static JsonObject Inspected => (JsonObject)JsonNode.Parse($$"""
        {
          "Id": "{{Id}}",
          "Config": { "Hostname": "0123456789ab", "Env": ["PASSWORD=secret"], "Image": "old", "Labels": { "a": "b" }, "Future": 7 },
          "HostConfig": { "NetworkMode": "shop_default", "Binds": ["/etc/x:/x:ro"], "Mounts": [{ "Type": "volume", "Source": "data", "Target": "/data" }] },
          "Mounts": [
            { "Type": "volume", "Name": "{{Anonymous}}", "Destination": "/cache" },
            { "Type": "volume", "Name": "data", "Destination": "/data" }
          ],
          "NetworkSettings": { "Networks": {
            "shop_default": { "Aliases": ["web", "0123456789ab"], "IPAMConfig": { "IPv4Address": "10.0.0.7" }, "IPAddress": "10.0.0.7" },
            "other": { "Aliases": null }
          } }
        }
        """)!;

    [Fact]
    public void Everything_that_decides_a_container_is_copied_but_for_its_own_id()
    {
        var request = ContainerCopy.Request(Inspected, "new", new Dictionary<string, string> { ["c"] = "d" }, new Dictionary<string, string>());

        request["Env"]![0]!.GetValue<string>().ShouldBe("PASSWORD=secret");
        request["Future"]!.GetValue<int>().ShouldBe(7);
        request["Image"]!.GetValue<string>().ShouldBe("new");
        request["Labels"]!.ToJsonString().ShouldBe("""{"c":"d"}""");
        request.ContainsKey("Hostname").ShouldBeFalse();
        request["HostConfig"]!["Binds"]![0]!.GetValue<string>().ShouldBe("/etc/x:/x:ro");
    }

    [Fact]
    public void A_host_name_that_somebody_gave_stays()
    {
        var inspected = Inspected;
        inspected["Config"]!["Hostname"] = "shop";
        ContainerCopy.Request(inspected, "new", NoLabels, NoLabels)["Hostname"]!.GetValue<string>().ShouldBe("shop");
    }

    [Fact]
    public void Anonymous_volumes_are_mounted_by_their_names_and_never_over_a_mount_of_its_own()
    {
        ContainerCopy.AnonymousVolumes(Inspected).ShouldBe(new Dictionary<string, string> { ["/cache"] = Anonymous });

        var volumes = new Dictionary<string, string> { ["/cache"] = Anonymous, ["/data"] = Anonymous, ["/x"] = Anonymous };
        var mounts = (JsonArray)ContainerCopy.Request(Inspected, "new", NoLabels, volumes)["HostConfig"]!["Mounts"]!;
        mounts.Select(mount => $"{mount!["Source"]}:{mount["Target"]}").ShouldBe(["data:/data", $"{Anonymous}:/cache"]);
    }

    [Fact]
    public void Networks_are_joined_as_before_without_the_alias_that_is_the_containers_own_id()
    {
        var networks = ContainerCopy.Networks(Inspected);
        networks.ToJsonString().ShouldBe("""{"shop_default":{"Aliases":["web"],"IPAMConfig":{"IPv4Address":"10.0.0.7"}},"other":{}}""");
        ContainerCopy.FirstNetwork(ContainerCopy.Request(Inspected, "new", NoLabels, NoLabels), networks).ShouldBe("shop_default");
    }
}
