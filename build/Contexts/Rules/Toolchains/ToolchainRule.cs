using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Contexts.Rules.Programs;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>VC224: the official image that a stage is built on has the version of the language that the project asks for.</summary>
internal sealed class ToolchainRule : DockerfileRule
{
    private static readonly Toolchain[] Toolchains =
        [new GoToolchain(), new RustToolchain(), new RubyToolchain(), new DotNetToolchain(), new PythonToolchain(), new JavaToolchain(), new NodeToolchain()];

    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        Uses(subject, dockerfile).SelectMany(use => use.Files).Distinct(StringComparer.Ordinal);

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        Uses(subject, dockerfile)
            .Select(use => (Use: use, Need: use.Toolchain.Need(use.Command, use.Files, subject.Text)))
            .Where(it => it.Need?.Range.Allows(it.Use.Version) == false)
            .DistinctBy(it => (it.Use.Bottom.Index, it.Need!.File))
            .Select(it => Judge(subject, dockerfile, it.Use, it.Need!));

    private static IEnumerable<Use> Uses(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        if (subject is not { Tree: { } tree, Context: { } context })
            yield break;

        foreach (var stage in dockerfile.Stages.Where(stage => CertaintyIn(dockerfile, stage) is not null))
        {
            var chain = Chain(stage);
            if (chain.Any(part => part.IsReplaced) || BaseImage.Of(stage.BaseImage) is not { } image)
                continue;

            foreach (var toolchain in Toolchains)
            {
                if (toolchain.VersionIn(image) is not { } version || chain.Any(part => part.Instructions.Any(it => Speaks(it, toolchain))))
                    continue;

                foreach (var command in StageCommands.Read(stage, tree, context.Reference.Path))
                    if (toolchain.Files(command, tree) is [var first, ..] named && IsSent(subject, first))
                        yield return new Use(stage, chain[0], toolchain, image, version, command, [.. named.Where(file => IsSent(subject, file))]);
            }
        }
    }

    // A file that the ignore file keeps out is not in the image.
    private static bool IsSent(ServiceSubject subject, string file) =>
        ContextFiles.Of(subject) is not { } files || subject.Tree!.Find(file) is not { } entry || StageSteps.IsSent(subject, files)(entry);

    // A COPY of the context names the project's file as a matter of course; one of another stage may bring a toolchain.
    private static bool Speaks(EvaluatedInstruction it, Toolchain toolchain)
    {
        var written = it.Instruction;
        if (written.Keyword is not ("RUN" or "ENV" or "ARG" or "SHELL") && written.Flag("from") is null)
            return false;

        return written.Texts
            .Any(text => toolchain.Markers.Any(marker => text.Contains(marker, StringComparison.Ordinal)));
    }

    private static Finding Judge(ServiceSubject subject, EvaluatedDockerfile dockerfile, Use use, ToolchainNeed need)
    {
        var certainty = CertaintyIn(dockerfile, use.Stage)!.Value;
        if (!use.Command.MustSucceed || need.Most != Certainty.Certain)
            certainty = AtMostLikely(certainty);

        var from = use.Bottom.From;
        var wanted = need.Range.Named;
        return About(
            subject, "VC224", certainty, use.Command.Run.Instruction,
            $"'{use.Command}' needs {use.Toolchain.Name} {wanted} by '{need.File}', and '{use.Image.Repository}:{use.Image.Tag}' has {use.Version}: "
                + use.Toolchain.Reason,
            $"FROM {use.Toolchain.Instead(use.Image, use.Version, wanted)}") with
        {
            Evidence =
            [
                Shown.Safe(FormattableString.Invariant($"{need.File}:{need.Line}: {need.Text}")),
                Findings.OfDockerfile(subject, from.Line, $"FROM {from.Text}"),
                Findings.OfDockerfile(subject, use.Command.Run.Instruction.Line, $"RUN {use.Command}"),
            ],
        };
    }

    private sealed record Use(
        Stage Stage, Stage Bottom, Toolchain Toolchain, BaseImage Image, VersionNumber Version, StageCommand Command, IReadOnlyList<string> Files);
}
