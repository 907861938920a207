using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>VC703: an engine fills a new volume with what the image has at that path, its owner too; where the image has nothing, the volume belongs to root.</summary>
internal sealed class VolumeOwnerRules : ServiceRule
{
    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        if (subject.Image is not { } stage)
            yield break;

        var user = subject.Service.User ?? stage.User;
        if (user is null or "" || user.Split(':')[0] is "0" or "root" or "" || ComposeText.HasVariable(user))
            yield break;

        // The path, or one above it, in any instruction: it may well be made there.
        var texts = new List<string>();
        for (var part = stage; part is not null; part = part.Parent)
        {
            texts.AddRange(part.Instructions.SelectMany(it => it.Instruction.Texts));
            if (part.WorkingDirectory is { } folder)
                texts.Add(folder);
        }

        foreach (var mount in subject.Service.Mounts.Where(mount => mount is { Type: "volume", Source: not null, ReadOnly: false }))
        {
            var target = mount.Target.TrimEnd('/');
            var name = target[(target.LastIndexOf('/') + 1)..];
            if (name.Length == 0 || texts.Any(text => text.Contains(name, StringComparison.Ordinal)) || CopiedFolder.MayBring(subject, stage, target))
                continue;

            yield return Findings.About(
                subject, "volumes", "VC703", BaseImage.Of(stage.BaseImage) is { IsOfLanguage: true } ? Certainty.Likely : Certainty.Hint,
                $"'{subject.Service.Name}' runs as '{user}' and mounts the volume '{mount.Source}' on {mount.Target}, which its Dockerfile does not make: the volume will belong to root",
                $"RUN mkdir -p {mount.Target} && chown {user} {mount.Target} before USER in {subject.DockerfileName}");
        }
    }
}
