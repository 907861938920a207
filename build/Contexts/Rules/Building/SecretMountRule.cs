using PhasedRollout.Compose;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC211: the compose file gives the secrets and the ssh agent that RUN mounts.</summary>
internal sealed class SecretMountRule : DockerfileRule
{
    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        var build = ComposeText.Of(subject.Rollout, subject.Service.Name)?["build"] as ComposeMapping;
        var secrets = Names(build?["secrets"]).ToList();
        var agents = ComposeText.Pairs(build?["ssh"]).Select(pair => pair.Name).ToList();
        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced))
        {
            if (CertaintyIn(dockerfile, stage) is not { } certainty)
                continue;

            foreach (var run in stage.Instructions)
                foreach (var mount in run.Mounts.Where(mount => mount.Type is "secret" or "ssh" && mount.Id is { } id && !ComposeText.HasVariable(id)))
                    if (!(mount.Type == "secret" ? secrets : agents).Contains(mount.Id!, StringComparer.Ordinal))
                        yield return Missing(subject, run.Instruction, mount, mount.IsRequired ? certainty : AtMostLikely(certainty));
        }
    }

    private static Finding Missing(ServiceSubject subject, Instruction run, RunMount mount, Certainty certainty) => mount.Type == "secret"
        ? About(
            subject, "VC211", certainty, run,
            $"RUN mounts the secret '{mount.Id}', which the compose file does not give to the build"
                + (mount.IsRequired ? "" : ": the file is not there, and the command most likely fails without it"),
            $"build: {{ secrets: [{mount.Id}] }}, and secrets: {{ {mount.Id}: {{ environment: <VARIABLE> }} }} at the top of the file", "build")
        : About(
            subject, "VC211", certainty, run, $"RUN mounts the ssh agent '{mount.Id}', which the compose file does not give to the build", $"build: {{ ssh: [{mount.Id}] }}", "build");

    private static readonly string[] NameKeys = ["source", "target"];

    private static IEnumerable<string> Names(ComposeNode? node) => (node as ComposeSequence)?.Items.SelectMany(item => item switch
    {
        ComposeScalar { Value: { } name } => [name],
        ComposeMapping mapping => NameKeys.Select(key => (mapping[key] as ComposeScalar)?.Value).OfType<string>(),
        _ => [],
    }) ?? [];
}
