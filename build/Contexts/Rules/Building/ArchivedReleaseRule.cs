using System.Globalization;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC227: the packages of the base image's release are still where the image looks for them.</summary>
internal sealed class ArchivedReleaseRule : DockerfileRule
{
    // Who changes where packages come from knows what he does.
    private static readonly string[] OtherSources =
    [
        "sources.list", "archive.debian", "snapshot.debian", "old-releases", "vault.centos", "yum.repos", ".repo", "mirror", "apt.conf", "/etc/apt", "/etc/yum", "baseurl",
    ];

    private static readonly string[] OnDebian =
        ["debian", "buildpack-deps", "python", "node", "ruby", "golang", "php", "openjdk", "perl", "rust", "httpd", "nginx", "gcc", "maven"];

    private static readonly string[] EarlyUbuntus =
    [
        "17.04", "17.10", "18.10", "19.04", "19.10", "20.10", "21.04", "21.10", "22.10", "23.04", "23.10", "24.10",
        "zesty", "artful", "cosmic", "disco", "eoan", "groovy", "hirsute", "impish", "kinetic", "lunar", "mantic", "oracular", "25.04", "plucky",
    ];

    private static readonly string[] Yum = ["yum", "dnf", "microdnf"];

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced))
            if (CertaintyIn(dockerfile, stage) is { } certainty && ReleaseOf(BaseImage.Of(stage.BaseImage)) is { } release
                && Find(stage, release) is var (it, command))
                // A builder that did it while the packages were there has kept the layer.
                yield return About(
                    subject, "VC227", AtMostLikely(certainty), it.Instruction,
                    $"'{command.Program}' finds no packages of {release.Name}, on which {stage.BaseImage} is built: {release.Place} has them no more",
                    release.Remedy);
    }

    private static Release? ReleaseOf(BaseImage? image)
    {
        if (image is null)
            return null;

        var words = image.Tag.Split('-');
        bool Has(params string[] names) => words.Any(names.Contains);
        if (image.Repository == "centos")
            return image.Tag is "" or "latest" || words[0].TrimStart("centos".ToCharArray()).Split('.')[0] is "6" or "7" or "8" ? CentOs : null;
        if (image.Repository == "ubuntu")
            return Has(EarlyUbuntus) ? Ubuntu(image.Tag) : null;
        if (!OnDebian.Contains(image.Repository) || image.Tag.Contains("alpine", StringComparison.Ordinal))
            return null;

        return Has("buster") || (image.Repository == "debian" && words[0].Split('.')[0] == "10") ? Debian("10 (buster)")
            : Has("stretch") || (image.Repository == "debian" && words[0].Split('.')[0] == "9") ? Debian("9 (stretch)")
            : Has("jessie") || (image.Repository == "debian" && words[0].Split('.')[0] == "8") ? Debian("8 (jessie)")
            : HasNoCodename(image.Repository, words) && (image.Repository, image.Major) is ("node", > 0 and <= 12) ? Debian("9 (stretch)")
            : HasNoCodename(image.Repository, words) && IsOlderThanBullseye(image.Repository, words[0]) ? Debian("10 (buster) or older")
            : null;
    }

    private static bool HasNoCodename(string repository, string[] words) => words is [_] or [_, "slim"] || (repository == "php" && words is [_, "cli" or "fpm" or "apache" or "zts"]);

    // Built for the last time before the official images moved to Debian 11 in August 2021; of node 14 and 15 by docker-library/repo-info, repos/node/local/14-slim.md.
    private static bool IsOlderThanBullseye(string repository, string version)
    {
        int[] parts = [.. version.Split('.').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];
        return parts.Length is > 0 and <= 3 && parts.All(part => part >= 0) && (repository, parts) switch
        {
            ("node", [14 or 15, ..]) or ("python", [2] or [2, ..]) or ("python", [3, <= 5, ..]) => true,
            ("python", [3, 6, <= 13] or [3, 7, <= 10] or [3, 8, <= 10] or [3, 9, <= 5]) => true,
            ("ruby", [1, ..] or [2, <= 5, ..] or [2, 6, <= 7] or [2, 7, <= 3] or [3, 0, <= 1]) => true,
            ("golang", [1, <= 14, ..]) or ("php", [5, ..] or [7, <= 2, ..]) or ("nginx", [1, <= 19, ..]) or ("rust", [1, <= 53, ..]) => true,
            _ => false,
        };
    }

    private static Release CentOs => new("CentOS Linux 6 to 8", "mirrorlist.centos.org",
        "FROM almalinux:8 or rockylinux:8 (or 9); to stay for a while, point /etc/yum.repos.d at vault.centos.org before it",
        command => Yum.Contains(command.Program) && command.Words.Any(word => word is "install" or "update" or "upgrade" or "makecache" or "groupinstall"));

    private static Release Ubuntu(string tag) => new($"Ubuntu {tag}", "archive.ubuntu.com",
        "FROM ubuntu:24.04, a release with long support; to stay for a while, old-releases.ubuntu.com in /etc/apt before it", IsAptUpdate);

    private static Release Debian(string version) => new($"Debian {version}", "deb.debian.org",
        "the same image on a release that is kept, such as bookworm or trixie; to stay for a while: RUN sed -i 's|deb.debian.org|archive.debian.org|g; s|security.debian.org|archive.debian.org|g' "
            + "/etc/apt/sources.list && echo 'Acquire::Check-Valid-Until \"false\";' > /etc/apt/apt.conf.d/99archive before it", IsAptUpdate);

    private static bool IsAptUpdate(RunCommand command) => command.Program is "apt-get" or "apt" && command.Words.Contains("update");

    private static (EvaluatedInstruction It, RunCommand Command)? Find(Stage stage, Release release)
    {
        foreach (var part in Chain(stage))
        {
            foreach (var it in part.Instructions)
            {
                var text = string.Join('\n', it.Instruction.Texts);
                if (OtherSources.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)) || MayBringSources(it))
                    return null;

                if (RunCommand.Of(it).FirstOrDefault(release.Asks) is { } found)
                    return part == stage ? (it, found) : null;
            }
        }

        return null;
    }

    // Without a WORKDIR, "." is the image's own root.
    private static bool MayBringSources(EvaluatedInstruction it) => it.Instruction.Keyword is "COPY" or "ADD"
        && (it.Arguments is not [.., { } target] || target is "/" or "/etc" or "/etc/" || (target is "." or "./" && it.WorkingDirectory is null or "/"));

    private sealed record Release(string Name, string Place, string Remedy, Func<RunCommand, bool> Asks);
}
