using System.Text.RegularExpressions;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;
using static PhasedRollout.Diagnosis.KnownText;

namespace PhasedRollout.Diagnosis;

/// <summary>What an engine's refusal means. The texts are those of moby 20.10 to 28, libnetwork and the registries.</summary>
internal static class EngineError
{
    private static readonly KnownText[] Texts =
    [
        Of(@"no space left on device|disk quota exceeded", (_, line) => DiskFull(line)),
        Of(@":(?<port>\d{1,5}) failed: port is already allocated", (match, line) => PortTaken(Port(match), line)),
        Of(@"listen (tcp|udp|sctp)[46]? \S*:(?<port>\d{1,5}): bind: address already in use", (match, line) => PortTaken(Port(match), line)),
        Of(@"failed to bind (host )?port[^\n]*?:(?<port>\d{1,5})(?!\d)[^\n]*(address already in use|already allocated)", (match, line) => PortTaken(Port(match), line)),
        Of(@"bind for \S*:(?<port>\d{1,5}) failed", (match, line) => PortTaken(Port(match), line)),
        Of(@"network (?<name>\S+) not found|no such network: (?<name>\S+)|could not find a network matching \S* ?(?<name>\S+)", (match, line) => NetworkMissing(match.Groups["name"].Value, line)),
        Of(@"no such image: (?<image>\S+)", (match, line) => new Symptom(
            FailureClass.ImageUnavailable, $"the engine has no image {match.Groups["image"].Value}", "build or pull it again", line)),
        Of(@"container name ""/?(?<name>[^""]+)"" is already in use by container ""?(?<id>[0-9a-f]{1,12})", (match, line) => new Symptom(
            FailureClass.Unknown,
            $"the name {match.Groups["name"].Value} belongs to another container ({match.Groups["id"].Value})",
            "see whose container it is; give it another name (docker rename) or change container_name",
            line,
            $"docker inspect --format '{{{{.Name}}}} {{{{.State.Status}}}} {{{{.Config.Labels}}}}' {match.Groups["id"].Value}")),
        Of(@"exec: ""?(?<command>[^""\n]+?)""?: (stat [^:]*: no such file or directory|executable file not found|no such file or directory|permission denied)", (match, line) => new Symptom(
            FailureClass.CrashLoop,
            $"the command {match.Groups["command"].Value} cannot be run in its image ({(line.Contains("permission", StringComparison.OrdinalIgnoreCase) ? "permission denied" : "it is not there")})",
            "correct command or entrypoint, or put the program into the image (and make it executable)",
            line)),
        Of(@"exec format error", (_, line) => WrongPlatform(line)),
        Of(@"cannot connect to the docker daemon|is the docker daemon running|docker\.sock: connect: (connection refused|no such file)", (_, line) => new Symptom(
            FailureClass.EngineUnreachable, "the engine does not answer", "start the Docker engine", line, "docker version")),
        Of(@"cannot allocate memory", (_, line) => new Symptom(
            FailureClass.OutOfMemory, "the target has no memory left to start it", "free memory on the target", line, "free -m")),
        Of(@"bind source path does not exist: (?<path>\S+)", (match, line) => new Symptom(
            FailureClass.Unknown, $"the host has no {match.Groups["path"].Value} to mount", "create it on the target, or correct the volume", line)),
    ];

    /// <summary>What the engine refused; null when the text is not known.</summary>
    public static Symptom? Read(string error)
    {
        var line = PlainText.Line(error, 1000);
        return Texts.Select(text => text.In(line)).FirstOrDefault(symptom => symptom is not null);
    }

    /// <summary>Why an image could not be pulled.</summary>
    public static Symptom ReadPull(string image, string error)
    {
        var line = PlainText.Line(error, 1000);
        bool Says(params string[] words) => words.Any(word => line.Contains(word, StringComparison.OrdinalIgnoreCase));
        Symptom Unavailable(string what, string remedy) => new(FailureClass.ImageUnavailable, what, remedy, line, $"docker pull {image}");
        var registry = Registry(image);
        return line switch
        {
            _ when Says("no space left on device") => DiskFull(line),
            _ when Says("incorrect username or password", "invalid username", "bad credentials", "invalid token") =>
                new Symptom(FailureClass.CredentialsRejected, $"{registry} rejected the credentials for {image}", $"log in to {registry} again", line, $"docker login {registry}"),
            _ when Says("toomanyrequests", "rate limit", "429") =>
                Unavailable($"{registry} has no pulls left for this machine: {image}", $"wait, or log in to {registry} (docker login {registry})"),
            _ when Says("no matching manifest") =>
                Unavailable($"{image} has no variant for the target's platform", "take an image or tag that has one, or set platform"),
            _ when Says("manifest unknown", "manifest for", "not found: manifest", "name unknown", "tag does not exist") =>
                Unavailable($"{image} does not exist in {registry}", "correct the name or the tag"),
            _ when Says("denied", "unauthorized", "authentication required", "no basic auth", "forbidden") =>
                new Symptom(FailureClass.ImageUnavailable, $"{registry} refuses {image}: it does not exist, or needs a login", $"correct the name, or log in (docker login {registry})", line, $"docker login {registry}"),
            _ when Says("no such host", "dial tcp", "timeout", "connection refused", "server misbehaving", "x509", "tls", "no route to host", "network is unreachable", "request canceled", "eof") =>
                Unavailable($"{registry} cannot be reached from the engine, and {image} is not on it", $"let the engine's host reach {registry}, or load the image there (docker load)"),
            _ => Unavailable($"{image} could not be pulled from {registry}", "correct the name and the tag, and see that the engine reaches the registry"),
        };
    }

    /// <summary>The registry of an image's reference: the first part when it can be a host (distribution/reference), else Docker Hub.</summary>
    public static string Registry(string image) =>
        image.Split('/') is [var host, _, ..] && (host.Contains('.', StringComparison.Ordinal) || host.Contains(':', StringComparison.Ordinal) || host == "localhost") ? host : "docker.io";

    public static Symptom DiskFull(string line) => new(
        FailureClass.DiskFull, "no space is left on the target", "free space there: docker system df shows what images and build cache hold", line, "docker system df");

    public static Symptom WrongPlatform(string line) => new(
        FailureClass.CrashLoop, "its program is for another processor than the target's (exec format error)", "build or take the image for the target's platform", line);

    private static string Port(Match match) => match.Groups["port"].Value;

    private static Symptom PortTaken(string port, string line) => new(
        FailureClass.PortConflict,
        $"host port {port} is already taken",
        $"stop what holds port {port} (docker ps --filter publish={port} for a container, ss for a process), or publish another host port",
        line,
        $"ss -ltnp 'sport = :{port}'");

    private static Symptom NetworkMissing(string name, string line) => new(
        FailureClass.NetworkMissing,
        $"network {name} does not exist",
        $"create it (docker network create {name}), or pass --create-missing-networks",
        line,
        $"docker network create {name}");
}
