using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Node;

/// <summary>VC238: the package manager that an image of Node has, or fetches, is one that the project and the image go with.</summary>
internal sealed partial class PackageManagerRule : NodeRule
{
    // pnpm 11 runs on Node 22 and later; Node 25 and later come without corepack, their images from 26 on without yarn.
    private const int FirstOfPnpm = 22;
    private const int FirstWithoutCorepack = 25;
    private const int FirstWithoutYarn = 26;

    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) => ContextFiles.Of(subject) is { IsComplete: true } files
        ? base.Files(subject, dockerfile).Concat(Commands(subject, dockerfile, files).Where(it => it.Command.Manager == "yarn").Select(it => it.Run.Files.Look("yarn.lock", it.Shell.Folder).File).OfType<string>())
        : [];

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile, ContextFiles files)
    {
        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced && dockerfile.IsNeeded(stage) && WithoutCorepack(stage)))
            if (stage.Instructions.FirstOrDefault(it => it.Instruction is { Keyword: "RUN", IsJson: false } && Corepack().IsMatch(it.Instruction.Text)) is { } run)
                yield return About(
                    subject, "VC238", Certainty.Likely, run.Instruction, $"'corepack' is called, and {stage.BaseImage} has none: Node 25 and later come without it",
                    "RUN npm install -g corepack before it; or FROM node:24");

        foreach (var ofManifest in Commands(subject, dockerfile, files).Where(it => it.Command.Script is null).GroupBy(it => (it.Run.Stage.Index, it.Manifest)))
        {
            var it = ofManifest.First();
            if (BaseImage.Of(it.Run.Stage.BaseImage) is not { Repository: "node" } image || subject.Text(it.Manifest) is not { } manifest)
                continue;

            var chosen = Chosen().Match(manifest);
            var texts = string.Join('\n', it.Run.Before.Append(it.Run.Instruction).Where(before => before.Instruction.Keyword is "RUN" or "ENV" or "ARG").SelectMany(before => before.Instruction.Texts));
            var found = it.Command.Manager switch
            {
                "pnpm" when image.Major is > 0 and < FirstOfPnpm && !chosen.Success && FetchesPnpm().IsMatch(texts) && !PinnedPnpm().IsMatch(texts) =>
                    ($"'{it.Shell}' runs the newest pnpm, as nothing says which one, and that needs Node {FirstOfPnpm}; {it.Run.Stage.BaseImage} has {image.Major}",
                        "\"packageManager\": \"pnpm@10.2.1\" in package.json; or FROM node:22"),
                "yarn" when image.Major >= FirstWithoutYarn && !Yarns().IsMatch(texts) && !texts.Contains("npm", StringComparison.Ordinal) =>
                    ($"'{it.Shell}' needs yarn, and {it.Run.Stage.BaseImage} has none: the images of Node 26 and later come without it", "RUN npm install -g corepack && corepack enable before it; or FROM node:24"),
                "yarn" when !Yarns().IsMatch(texts) && IsLater(subject, it, chosen) is { } reason => (reason, "RUN corepack enable before it"),
                _ => default((string, string)?),
            };
            if (found is var (message, suggestion))
                yield return About(subject, "VC238", Certainty.Likely, it.Run.Instruction.Instruction, message, suggestion);
        }
    }

    private static bool WithoutCorepack(Stage stage) => BaseImage.Of(stage.BaseImage) is { Repository: "node", IsByDigestAlone: false } image
        && (image.Major >= FirstWithoutCorepack || image.Tag.Split('-')[0] is "" or "latest" or "current" or "alpine" or "slim")
        && !BringsCorepack().IsMatch(StageTexts(stage));

    private static string StageTexts(Stage stage) => string.Join('\n', Chain(stage).SelectMany(part => part.Instructions).SelectMany(it => it.Instruction.Texts));

    // The images have yarn 1: it takes no later project. What .yarnrc.yml names as yarnPath is run in its place.
    private static string? IsLater(ServiceSubject subject, ProjectCommand it, Match chosen)
    {
        var folder = TreeFolders.ParentOf(it.Manifest);
        if (subject.Tree!.Find(folder.Length == 0 ? ".yarn/releases" : $"{folder}/.yarn/releases") is not null)
            return null;
        if (chosen.Success && chosen.Groups["name"].Value == "yarn" && chosen.Groups["major"].Value != "1")
            return $"'{it.Shell}' runs yarn 1, which the image has, and '{it.Manifest}' wants yarn {chosen.Groups["major"].Value} (packageManager)";

        return it.Command.Options.Any(option => option is "--immutable" || option.StartsWith("--frozen-lockfile", StringComparison.Ordinal))
            && it.Run.Files.Look("yarn.lock", it.Shell.Folder).File is { } locked && subject.Text(locked)?.Contains("__metadata:", StringComparison.Ordinal) == true
            ? $"'{it.Shell}' runs yarn 1, which the image has, and '{locked}' is of yarn 2 or later"
            : null;
    }

    [GeneratedRegex(@"(?:^|[\s;&|])corepack\s")]
    private static partial Regex Corepack();

    [GeneratedRegex(@"npm[^\n&;|]*\bcorepack\b|nodesource|nvm|COPY --from")]
    private static partial Regex BringsCorepack();

    [GeneratedRegex("\"packageManager\"\\s*:\\s*\"(?<name>[a-z]+)@(?<major>[0-9]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Chosen();

    [GeneratedRegex(@"corepack (?:enable|prepare|use)|(?:npm|yarn)[^\n&;|]*\s(?:-g|--global|global)[^\n&;|]*\bpnpm\b|\bpnpm@latest\b")]
    private static partial Regex FetchesPnpm();

    [GeneratedRegex("pnpm@[0-9^~\"'$]|PNPM_VERSION|COREPACK_DEFAULT|get\\.pnpm\\.io|corepack@")]
    private static partial Regex PinnedPnpm();

    [GeneratedRegex(@"corepack|yarn (?:set|policies)|yarn@|yarnPath|berry")]
    private static partial Regex Yarns();
}
