using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>VC234: a package that <c>apt-get</c> installs is in the release of the base image. Only what people still copy from older Dockerfiles.</summary>
internal sealed class RemovedPackageRule : DockerfileRule
{
    private const int Trixie = SystemRelease.Trixie;
    private const int Bookworm = SystemRelease.Bookworm;
    private const int Bullseye = SystemRelease.Bullseye;

    // The first release without the package (https://packages.debian.org, https://packages.ubuntu.com; Ubuntu's as a year and a month), and what took its place.
    private static readonly Dictionary<string, (int? Debian, int? Ubuntu, string Instead)> Removed = new(StringComparer.Ordinal)
    {
        ["libgl1-mesa-glx"] = (Trixie, 2404, "libgl1"),
        ["python"] = (Bullseye, 2204, "python3, with python-is-python3 where the name python is needed"),
        ["python-pip"] = (Bullseye, 2004, "python3-pip"),
        ["python-dev"] = (Bookworm, 2404, "python3-dev"),
        ["python-setuptools"] = (Bullseye, 2204, "python3-setuptools"),
        ["python3-distutils"] = (Trixie, 2404, "python3-setuptools"),
        ["netcat"] = (Bookworm, 2404, "netcat-openbsd"),
        ["libssl1.1"] = (Bookworm, 2204, "libssl3"),
        ["libssl1.0-dev"] = (10, 2004, "libssl-dev"),
        ["libgconf-2-4"] = (Trixie, null, "nothing: Chromium needs it no more"),
        ["gconf-service"] = (Trixie, null, "nothing: Chromium needs it no more"),
        ["libappindicator1"] = (Bullseye, null, "libayatana-appindicator3-1"),
        ["libappindicator3-1"] = (Bullseye, null, "libayatana-appindicator3-1"),
        ["mysql-client"] = (10, null, "default-mysql-client"),
        ["mysql-server"] = (10, null, "default-mysql-server"),
        ["libmysqlclient-dev"] = (10, null, "default-libmysqlclient-dev"),
        ["openjdk-8-jdk"] = (10, null, "a stage FROM eclipse-temurin:8-jdk"),
        ["openjdk-8-jre"] = (10, null, "a stage FROM eclipse-temurin:8-jre"),
        ["openjdk-11-jdk"] = (Bookworm, null, "openjdk-17-jdk on Debian 12, default-jdk elsewhere"),
        ["openjdk-11-jre"] = (Bookworm, null, "openjdk-17-jre on Debian 12, default-jre elsewhere"),
        ["openjdk-11-jre-headless"] = (Bookworm, null, "default-jre-headless"),
        ["openjdk-17-jdk"] = (Trixie, null, "openjdk-21-jdk"),
        ["openjdk-17-jre"] = (Trixie, null, "openjdk-21-jre"),
        ["openjdk-17-jre-headless"] = (Trixie, null, "openjdk-21-jre-headless"),
        ["software-properties-common"] = (Trixie, null, "a file in /etc/apt/sources.list.d in place of add-apt-repository"),
        ["wkhtmltopdf"] = (Trixie, null, "the package of https://wkhtmltopdf.org, or another program"),
        ["libldap-2.5-0"] = (Trixie, null, "libldap2"),
        ["libtiff5"] = (Bookworm, 2404, "libtiff6"),
        ["libffi6"] = (Bullseye, 2004, "libffi8"),
        ["libffi7"] = (Bookworm, 2204, "libffi8"),
    };

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        var told = new HashSet<(int, string)>();
        foreach (var step in StageSteps.Of(subject, dockerfile))
        {
            // Another place to look for packages may have it.
            if (step is not { Program: "apt-get" or "apt", IsNeeded: true } || !step.Words.Contains("install") || OtherSources(step.Memory.Text) || SystemRelease.Of(step.Image) is not { } release)
                continue;

            foreach (var package in step.Words.SkipWhile(word => word != "install").Skip(1).Where(Removed.ContainsKey))
                if (Removed[package] is var it && (release.Debian >= it.Debian || release.Ubuntu >= it.Ubuntu) && told.Add((step.Run.Stage.Index, package)))
                    yield return About(
                        subject, "VC234", Certainty.Likely, step.Run.Instruction.Instruction,
                        $"'{step.Program} install' wants '{package}', which {release.Name} has no more, and {step.Run.Stage.BaseImage} is built on it: no installation candidate", it.Instead);
        }
    }

    private static bool OtherSources(string text) => text.Contains("sources.list", StringComparison.Ordinal) || text.Contains("add-apt-repository", StringComparison.Ordinal)
        || text.Contains(".list", StringComparison.Ordinal) || text.Contains(".sources", StringComparison.Ordinal) || text.Contains("dpkg -i", StringComparison.Ordinal) || text.Contains(".deb", StringComparison.Ordinal);
}
