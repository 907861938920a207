using System.Globalization;
using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Health.Docker;

/// <summary>Looks from inside a container's network by a helper container of the same image (<c>--probe</c>): no image is pulled, it gets none of
/// the service's variables and volumes, and it is removed whatever happens; should this process be killed, it ends and goes by itself.</summary>
/// <param name="connect">A client that may create containers.</param>
internal sealed class ProbeContainer(Func<CancellationToken, Task<IDockerClient>> connect)
{
    /// <summary>The label of a helper container; its value is the service.</summary>
    public const string Label = "phased-rollout.helper";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(300);

    // Host and port are arguments, never part of the script. Whatever of these the image has does the asking.
    private const string Script = """
        ask() {
          if command -v python3 >/dev/null 2>&1; then python3 -c '
        import socket,sys
        try:
            socket.create_connection((sys.argv[1],int(sys.argv[2])),3).close(); print("answers")
        except socket.gaierror: print("unknown-host")
        except ConnectionRefusedError: print("refused")
        except Exception: print("silent")' "$1" "$2"
          elif command -v node >/dev/null 2>&1; then node -e '
            const s=require("net").connect({host:process.argv[1],port:+process.argv[2]});const say=w=>{console.log(w);process.exit()};
            s.on("connect",()=>say("answers"));setTimeout(()=>say("silent"),3000);
            s.on("error",e=>say(({ECONNREFUSED:"refused",ENOTFOUND:"unknown-host",EAI_AGAIN:"unknown-host"})[e.code]||"silent"))' "$1" "$2"
          elif command -v nc >/dev/null 2>&1; then
            said=$(nc -z -v -w 3 "$1" "$2" 2>&1) && said=open
            case "$said" in *option*|*sage*) said=$(timeout 4 nc -w 3 "$1" "$2" </dev/null 2>&1); said="${said:-open}";; esac
            case "$said" in
              *refused*) echo refused;; *"bad address"*|*"not known"*|*resol*) echo unknown-host;;
              *"timed out"*|*route*|*unreachable*) echo silent;; *) echo answers;; esac
          else echo no-tool; fi
        }
        while [ $# -ge 2 ]; do echo "$1 $2 $(ask "$1" "$2")"; shift 2; done
        echo done
        sleep 30
        """;

    /// <summary>What the servers answer a container like <paramref name="inspected"/>.</summary>
    /// <exception cref="IOException">The helper container could not look.</exception>
    public async Task<IReadOnlyList<ReachedServer>> LookAsync(
        ContainerInspectResponse inspected, string service, IReadOnlyList<DatabaseServer> servers, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var client = await connect(patience.Token);
        string? id = null;
        try
        {
            id = (await client.Containers.CreateContainerAsync(Helper(inspected, service, servers), patience.Token)).ID;
            await client.Containers.StartContainerAsync(id, new ContainerStartParameters(), patience.Token);
            return Read(await OutputAsync(client, id, patience.Token), servers);
        }
        catch (DockerApiException refused)
        {
            throw new IOException($"the helper container could not run: {PlainText.Line(refused.Message, 200)}", refused);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"the helper container said nothing within {PlainText.Span(Patience)}");
        }
        finally
        {
            if (id is not null)
                await RemoveAsync(client, id);
        }
    }

    /// <summary>Reads the lines <c>host port outcome</c> of the helper.</summary>
    /// <exception cref="IOException">It had nothing to look with.</exception>
    internal static IReadOnlyList<ReachedServer> Read(string output, IReadOnlyList<DatabaseServer> servers)
    {
        var said = output.Split('\n').Select(line => line.Trim().Split(' ')).Where(words => words.Length == 3)
            .GroupBy(words => $"{words[0]} {words[1]}").ToDictionary(group => group.Key, group => group.First()[2]);
        if (said.ContainsValue("no-tool"))
            throw new IOException("the service's image has no python3, node or nc to look with");

        return
        [
            .. from server in servers
               let outcome = said.GetValueOrDefault(FormattableString.Invariant($"{server.Host} {server.Port}")) switch
               {
                   "answers" => Reach.Answers,
                   "refused" => Reach.Refuses,
                   "unknown-host" => Reach.UnknownHost,
                   "silent" => Reach.Silent,
                   _ => (Reach?)null,
               }
               where outcome is not null
               select new ReachedServer(server, outcome.Value, ServerLook.Told(outcome.Value, server.Host)),
        ];
    }

    private static CreateContainerParameters Helper(ContainerInspectResponse inspected, string service, IReadOnlyList<DatabaseServer> servers) => new()
    {
        Image = inspected.Image,
        Entrypoint =
        [
            "/bin/sh", "-c", Script, "sh",
            .. servers.SelectMany(server => new[] { server.Host, server.Port.ToString(CultureInfo.InvariantCulture) }),
        ],
        Cmd = [],
        Healthcheck = new HealthcheckConfig { Test = ["NONE"] },
        Labels = new Dictionary<string, string> { [Label] = service },
        HostConfig = new HostConfig
        {
            NetworkMode = inspected.NetworkSettings?.Networks?.Keys.FirstOrDefault() ?? inspected.HostConfig?.NetworkMode ?? "default",
            ExtraHosts = inspected.HostConfig?.ExtraHosts ?? [],
            AutoRemove = true,
            CapDrop = ["ALL"],
            ReadonlyRootfs = true,
            Memory = 128 * 1024 * 1024,
            PidsLimit = 50,
        },
    };

    private static async Task<string> OutputAsync(IDockerClient client, string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var parameters = new ContainerLogsParameters { ShowStdout = true, ShowStderr = true, Tail = "100" };
            using var stream = await client.Containers.GetContainerLogsAsync(id, parameters, cancellationToken);
            using var bytes = new MemoryStream();
            var buffer = new byte[8 * 1024];
            while (await stream.ReadOutputAsync(buffer, 0, buffer.Length, cancellationToken) is { EOF: false } read && bytes.Length < 64 * 1024)
                bytes.Write(buffer, 0, read.Count);

            var output = Encoding.UTF8.GetString(bytes.ToArray());
            if (output.Split('\n').Any(line => line.Trim() == "done"))
                return output;

            await Task.Delay(BetweenLooks, cancellationToken);
        }
    }

    private static async Task RemoveAsync(IDockerClient client, string id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, patience.Token);
        }
        catch (Exception error) when (error is DockerApiException or HttpRequestException or OperationCanceledException)
        {
            // It ends within half a minute, and the engine removes it then.
        }
    }
}
