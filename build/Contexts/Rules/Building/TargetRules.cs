using PhasedRollout.Compose;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC203: the target is a stage of the Dockerfile.</summary>
internal sealed class TargetRule : DockerfileRule
{
    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        if (subject.Service.Build?.Target is not { Length: > 0 } target || dockerfile.Target is not null || target.Contains('$', StringComparison.Ordinal))
            yield break;

        var names = dockerfile.Stages.Select(stage => stage.Name).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var remedy = names.Count == 0 ? "remove target: the file names no stage"
            : NearestName.Of(target, names) is { } near ? $"target: {near}"
            : dockerfile.Stages[^1].Name is { } last ? $"target: {last}"
            : "remove target: the last stage has no name, and is the one that is built without it";
        // Builders have taken the number of a stage for its name at times.
        var isNumber = int.TryParse(target, out var index) && index >= 0 && index < dockerfile.Stages.Count;
        yield return About(
            subject, "VC203", isNumber || dockerfile.Source.HasForeignSyntax ? Certainty.Likely : Certainty.Certain, null,
            $"target '{target}' is no stage of '{subject.DockerfileName}'" + (names.Count == 0 ? "" : $", which has {string.Join(", ", names.Take(12).Select(name => $"'{name}'"))}"),
            remedy, "build/target");
    }
}

/// <summary>VC202: one Dockerfile, not two.</summary>
internal sealed class TwoDockerfilesRule : ServiceRule
{
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        if (subject.Service.Build?.DockerfileInline is not null && subject.Service.Locations.ContainsKey("build/dockerfile"))
            yield return Findings.About(
                subject, "build/dockerfile", "VC202", Certainty.Likely,
                $"'{subject.Service.Name}' has dockerfile and dockerfile_inline: Docker Compose refuses both, and here the inline one is built",
                "remove one of the two");
    }
}

/// <summary>VC208: what an additional context names exists.</summary>
internal sealed class AdditionalContextRule : ServiceRule
{
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        var services = subject.Rollout.Services.Select(service => service.Name).ToList();
        foreach (var (name, text, location) in ComposeText.Pairs((ComposeText.Of(subject.Rollout, subject.Service.Name)?["build"] as ComposeMapping)?["additional_contexts"]))
        {
            if (text is null or "")
                yield return Finding($"additional context '{name}' has no value", $"{name}: service:<name>, docker-image://<image>, or a path or URL").At(location);
            else if (text.StartsWith("service:", StringComparison.Ordinal) && !ComposeText.HasVariable(text) && !services.Contains(text["service:".Length..], StringComparer.Ordinal)
                // One of a profile that is not active is built all the same by Compose.
                && ComposeText.Of(subject.Rollout, text["service:".Length..]) is null)
                yield return Finding(
                    $"additional context '{name}' is made from service '{text["service:".Length..]}', which the file does not have",
                    NearestName.Of(text["service:".Length..], services) is { } near ? $"{name}: service:{near}" : "the name of a service of this file").At(location);
            else if (text == $"service:{subject.Service.Name}")
                yield return Finding($"additional context '{name}' is made from the service itself", "the name of another service").At(location);
        }

        Finding Finding(string message, string remedy) => Findings.About(subject, "build/additional_contexts", "VC208", Certainty.Certain, message, remedy);
    }
}
