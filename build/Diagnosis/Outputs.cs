using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis.Rules;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis;

/// <summary>Holds each kind of output against its tables.</summary>
internal static class Outputs
{
    private static readonly OutputContext Nothing = new(null, []);

    // What the builder prints around the output of a step.
    private static readonly string[] BuildersOwn = ["Step ", "--->", "Removing intermediate container", "Sending build context", "Successfully "];

    /// <summary>Why an image could not be built. What the steps printed is the cause, the builder's own error mostly a consequence of it.</summary>
    public static Symptom OfBuild(BuildFailed failure)
    {
        var about = Nothing with { Service = failure.Service };
        var step = failure.Step ?? "";
        if (step.IndexOf("FROM ", StringComparison.OrdinalIgnoreCase) is >= 0 and var from && BaseImage(step[from..]) is { Length: > 0 } image
            && OfPull(failure.Service, image, failure.Error) is { Rule: not null } pull)
        {
            return pull.Failure is FailureClass.ImageUnavailable
                ? pull with { What = $"its base image {image} cannot be had: {pull.What}", Remedy = $"{pull.Remedy}; or correct the FROM line", NextCommand = $"docker pull {image}" }
                : pull;
        }

        var symptom = new OutputReader(RuleBook.Build, about).ReadFirst([.. failure.Log, failure.Error]);
        if (symptom is { SubCause: "copy-missing" } && step.Contains("--from=", StringComparison.Ordinal))
        {
            return symptom with
            {
                Remedy = "correct the path, or let a step of that stage write it there (a build puts its output into dist, build, target …)",
            };
        }

        if (symptom is not null)
            return symptom;

        var said = failure.Log.Select(line => line.Trim()).LastOrDefault(line => line.Length > 0 && !BuildersOwn.Any(line.StartsWith)) ?? failure.Error;
        return new Symptom(FailureClass.BuildFailure, said == failure.Error ? said : $"{said} ({failure.Error})", "correct what the step's last lines say", said)
        {
            SubCause = "step-failed",
        };
    }

    /// <summary>Why an image could not be pulled.</summary>
    public static Symptom OfPull(string service, string image, string error)
    {
        var registry = Registry(image);
        var given = new Dictionary<string, string> { ["image"] = image, ["registry"] = registry };
        return new OutputReader(RuleBook.Pull, new OutputContext(service, []) { Given = given }).ReadFirst([error.ReplaceLineEndings(" ")])
            ?? new Symptom(FailureClass.ImageUnavailable, $"{image} could not be pulled from {registry}",
                "correct the name and the tag, and see that the engine reaches the registry", error, $"docker pull {image}");
    }

    /// <summary>What the engine refused; null when the text is not known.</summary>
    public static Symptom? OfRefusal(string? service, string error) =>
        new OutputReader(RuleBook.Engine, Nothing with { Service = service }).ReadFirst([error.ReplaceLineEndings(" ")]);

    /// <summary>What ended a program, or keeps it from being healthy; null when no line of its log says so.</summary>
    public static Symptom? OfLog(Service? service, string name, IReadOnlyList<string> log) =>
        new OutputReader(RuleBook.Log, new OutputContext(name, DependencyChain.Databases(service))).ReadLast(log);

    /// <summary>What a health check's output says; null when nothing. A check that asks a database speaks as a client of it.</summary>
    public static Symptom? OfProbe(string service, string output)
    {
        var lines = output.Split('\n');
        if (new OutputReader(RuleBook.Probe, Nothing with { Service = service }).ReadFirst(lines) is { } known)
            return known;

        return new OutputReader(RuleBook.DatabaseProbe, Nothing with { Service = service }).ReadFirst(lines) is not { } told ? null : told with
        {
            What = $"its health check fails: {told.What}",
            Remedy = $"{told.Remedy}; the check itself (services.{service}.healthcheck.test) needs the same address, user and password",
            Certainty = Certainty.Likely,
        };
    }

    /// <summary>What a database answers to whoever connects; null when it says nothing that is known.</summary>
    public static Symptom? OfServer(string service, string said) =>
        new OutputReader(RuleBook.DatabaseProbe, Nothing with { Service = service }).ReadFirst([said]);

    /// <summary>The registry of an image's reference: the first part when it can be a host (distribution/reference), else Docker Hub.</summary>
    public static string Registry(string image) =>
        image.Split('/') is [var host, _, ..] && (host.Contains('.', StringComparison.Ordinal) || host.Contains(':', StringComparison.Ordinal) || host == "localhost") ? host : "docker.io";

    private static string BaseImage(string instruction) =>
        instruction[5..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(word => !word.StartsWith("--", StringComparison.Ordinal)) ?? "";
}
