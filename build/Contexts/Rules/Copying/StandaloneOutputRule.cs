using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Copying;

/// <summary>VC207: Next.js writes <c>.next/standalone</c> only where its configuration asks for it with <c>output: "standalone"</c>.</summary>
internal sealed partial class StandaloneOutputRule : DockerfileRule
{
    private const string Output = "/.next/standalone";

    private static readonly string[] Names = ["next.config.js", "next.config.mjs", "next.config.ts", "next.config.cjs", "next.config.mts"];

    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        Copies(subject, dockerfile).Select(copy => copy.Configuration).Distinct(StringComparer.Ordinal);

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var (copy, configuration) in Copies(subject, dockerfile).DistinctBy(copy => copy.Configuration))
        {
            // What a configuration of its own takes from elsewhere may say it there.
            if (subject.Text(configuration) is not { } text || text.Contains("standalone", StringComparison.Ordinal)
                || text.Contains("process.env", StringComparison.Ordinal) || Elsewhere().IsMatch(text))
                continue;

            yield return About(
                subject, "VC207", Certainty.Likely, copy,
                $"'{configuration}' does not say output: \"standalone\", so that next build writes no '{Output[1..]}' to copy",
                $"output: \"standalone\" in '{configuration}'");
        }
    }

    private static IEnumerable<(Instruction Copy, string Configuration)> Copies(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        if (subject is not { Tree: { } tree, Context: { } context })
            yield break;

        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced && CertaintyIn(dockerfile, stage) is not null))
        {
            foreach (var it in stage.Instructions.Where(it => it.Instruction.Keyword == "COPY"))
            {
                var copied = it.Arguments.SkipLast(1).Select(path => path?.TrimEnd('/'))
                    .FirstOrDefault(path => path?.EndsWith(Output, StringComparison.Ordinal) == true);
                if (copied is null || it.Instruction.Flag("from") is not { } from || dockerfile.Find(from) is not { IsReplaced: false } source
                    || source.Index >= stage.Index)
                    continue;

                var all = StageRuns.Instructions(source);
                if (all.Any(written => written.Instruction.Text.Contains("standalone", StringComparison.OrdinalIgnoreCase)) || all.Count == 0)
                    continue;

                var files = new StageFiles(tree, context.Reference.Path, all, all[^1]);
                var folder = copied.Length > Output.Length ? copied[..^Output.Length] : "/";
                if (Names.Select(name => files.Find(name, folder)).FirstOrDefault(path => path is not null) is { } configuration)
                    yield return (it.Instruction, configuration);
            }
        }
    }

    [GeneratedRegex("""(?:require\(|from\s+)["']\.""")]
    private static partial Regex Elsewhere();
}
