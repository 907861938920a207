using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>Java: a compiler makes no classes for a later version, and loads no plugin that is compiled for one.</summary>
internal sealed partial class JavaToolchain : Toolchain
{
    /// <summary>Words that speak of another Java than the image's.</summary>
    public static readonly string[] Others =
    [
        "JAVA_HOME", "sdkman", "jenv", "jdk-", "-jdk", "openjdk", "temurin", "-Djava.version", "-Dmaven.compiler", "toolchain", "graalvm", "corretto",
        "update-alternatives",
    ];

    /// <inheritdoc/>
    public override string Name => "Java";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Markers => Others;

    /// <inheritdoc/>
    public override string Reason => "a compiler makes no classes for a later version";

    /// <inheritdoc/>
    public override VersionNumber? VersionIn(BaseImage image) => JavaVersions.In(image) is { } major ? new VersionNumber([major]) : null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files(StageCommand command, RepositoryTree tree) => JavaVersions.File(command) is { } file ? [file] : [];

    /// <inheritdoc/>
    public override ToolchainNeed? Need(StageCommand command, IReadOnlyList<string> files, Func<string, string?> read) =>
        // A build may take its properties from elsewhere, or fork a compiler that it fetches.
        read(files[0]) is { } text && JavaVersions.Need(files[0], text) is var (version, line, written)
            ? new ToolchainNeed(files[0], line, written, VersionRange.From(new VersionNumber([version]))) { Most = Certainty.Likely }
            : null;

    /// <inheritdoc/>
    public override string Instead(BaseImage image, VersionNumber had, VersionNumber wanted) =>
        image.Repository is "maven" or "gradle"
            ? $"{image.Repository}:{InTag().Replace(image.Tag, match => $"{match.Groups["name"].Value}{wanted}")}"
            : base.Instead(image, had, wanted);

    [GeneratedRegex(@"(?<name>(?:jdk|temurin|corretto|zulu|semeru|liberica|sapmachine|ibmjava)-?)[0-9]{1,2}(?![0-9])", RegexOptions.ExplicitCapture)]
    private static partial Regex InTag();
}
