using System.Text;
using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC225: an install that must not change the lock file finds one that says what <c>package.json</c> says.</summary>
internal sealed partial class LockStepRule : DockerfileRule
{
    private const int MostNames = 5;

    // What pnpm reads beside the manifest: overrides, and hooks that write it anew.
    private static readonly string[] Changers = ["pnpm-workspace.yaml", ".pnpmfile.cjs", ".pnpmfile.mjs"];

    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        Installs(subject, dockerfile).SelectMany(install => install.Files).Distinct(StringComparer.Ordinal);

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        var texts = string.Join('\n', dockerfile.Stages.SelectMany(stage => stage.Instructions).Select(it => it.Instruction)
            .Where(it => it.Keyword is "RUN" or "ENV" or "ARG").SelectMany(it => it.Texts));
        // A manifest that is written or changed on the way is not the one in the tree.
        if (Changes().IsMatch(texts))
            yield break;

        foreach (var install in Installs(subject, dockerfile).DistinctBy(install => install.Files[0]))
        {
            var (manifest, lockFile) = (install.Files[0], install.Files[1]);
            if (!subject.Files.TryGetValue(manifest, out var written) || subject.Text(lockFile) is not { } locked
                || NpmFiles.ReadManifest(written) is not { } project)
                continue;

            var isPnpm = TreeFolders.NameOf(lockFile) == "pnpm-lock.yaml";
            var text = Encoding.UTF8.GetString(written);
            if (isPnpm && IsOldFormat(locked, text, texts))
                yield return Judge(
                    subject, install, Certainty.Likely,
                    $"'{lockFile}' is of version {NpmLock.PnpmFormat(locked)}, which pnpm 9 and later do not take, and nothing says which pnpm "
                        + "is installed: it is the newest one",
                    "\"packageManager\": \"pnpm@8.15.9\" in package.json, or pnpm@8 in the command that installs it; or write the lock file anew "
                        + "with pnpm install",
                    lockFile);

            // What a workspace, an override or a hook makes of the manifest is not followed.
            var isPlain = !project.HasWorkspaces && !text.Contains("\"overrides\"", StringComparison.Ordinal)
                && !text.Contains("\"packageExtensions\"", StringComparison.Ordinal)
                && !Changers.Any(file => subject.Tree!.Find(TreeFolders.ParentOf(manifest) is { Length: > 0 } folder ? $"{folder}/{file}" : file) is not null);
            var wanted = project.Dependencies.Where(dependency => !dependency.Range.Contains(':', StringComparison.Ordinal)).ToList();
            var off = isPnpm ? NpmLock.OfPnpm(locked, wanted) : NpmLock.OfNpm(locked, wanted);
            if (off.Count == 0 || (project.HasWorkspaces && !isPnpm))
                continue;

            // Whether an install for production asks for what it leaves out is not relied on.
            var development = project.Dependencies.Where(dependency => dependency.IsDevelopment).Select(dependency => dependency.Name).ToHashSet();
            var isSure = isPlain && install.IsCertain && !(install.LeavesDevelopmentOut && off.All(it => development.Contains(it.Name)));
            yield return Judge(
                subject, install, isSure ? Certainty.Certain : Certainty.Likely,
                $"'{lockFile}' is out of step with '{manifest}': {TreeFolders.Enumerate(off.Select(Told), MostNames)}",
                $"{(isPnpm ? "pnpm" : "npm")} install, and commit '{TreeFolders.NameOf(lockFile)}' with '{TreeFolders.NameOf(manifest)}'", lockFile);
        }
    }

    private static string Told(NpmMismatch it) =>
        it.Locked is null ? $"{it.Name} {it.Wanted} is not in it" : $"{it.Name} is {it.Locked} in it and {it.Wanted} there";

    private static Finding Judge(
        ServiceSubject subject, PackageInstall install, Certainty certainty, string message, string suggestion, string lockFile) =>
        Findings.About(subject, "build/context", "VC225", certainty, $"'{install.Command}' fails: {message}", suggestion) with
        {
            Evidence = [Findings.OfDockerfile(subject, install.Line, $"RUN {install.Command}"), Shown.Safe(lockFile)],
        };

    private static IEnumerable<PackageInstall> Installs(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        subject is { Tree: { } tree, Context: { } context } && !dockerfile.Source.HasForeignSyntax
            ? new PackageInstalls(dockerfile, tree, context.Reference.Path).Read()
                .Where(install => install is { Ecosystem: PackageEcosystem.Npm, Files.Count: > 1 } && IsFrozen(install))
            : [];

    private static bool IsFrozen(PackageInstall install) => TreeFolders.NameOf(install.Files[1]) switch
    {
        "pnpm-lock.yaml" => PnpmFrozen().IsMatch(install.Command),
        "package-lock.json" or "npm-shrinkwrap.json" => NpmCi().IsMatch(install.Command),
        _ => false,
    };

    // 5.x and 6.x; pnpm itself is the newest one where neither package.json nor the Dockerfile says otherwise.
    private static bool IsOldFormat(string locked, string manifest, string texts) =>
        NpmLock.PnpmFormat(locked) is ['5' or '6', ..] && !manifest.Contains("\"packageManager\"", StringComparison.Ordinal)
        && !Pinned().IsMatch(texts) && Fetches().IsMatch(texts);

    [GeneratedRegex(@"--frozen-lockfile(?:=true)?(?:\s|\z)(?!.*--fix-lockfile)")]
    private static partial Regex PnpmFrozen();

    [GeneratedRegex(@"(?:^|\s)npm (?:ci|clean-install)(?:\s|\z)(?!.*--(?:force|legacy-peer-deps))")]
    private static partial Regex NpmCi();

    [GeneratedRegex(@"package(?:-lock)?\.json|pnpm-lock\.yaml|--lockfile-only|--package-lock-only"
        + @"|(?:npm|pnpm) (?:pkg|add|uninstall|remove|rm|un|update|up)\b"
        + @"|(?:npm|pnpm) (?:install|i)(?![^\n&;|]*(?:\s-g\b|--global))(?: --?[\w=-]+)* [A-Za-z@]")]
    private static partial Regex Changes();

    [GeneratedRegex("pnpm@[0-9^~\"'$]|PNPM_VERSION|COREPACK_DEFAULT|get\\.pnpm\\.io")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"corepack enable|(?:npm|yarn)[^\n&;|]*\bpnpm(?:@latest)?\b")]
    private static partial Regex Fetches();
}
