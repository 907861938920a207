using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Serving;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>Go: <c>go 1.25.0</c> in go.mod is the least version. The official images set <c>GOTOOLCHAIN=local</c> since 1.21, so that no other
/// one is fetched (docker-library/golang, Dockerfile-linux.template).</summary>
internal sealed partial class GoToolchain : Toolchain
{
    private static readonly VersionNumber First = new([1, 21]);

    /// <inheritdoc/>
    public override string Name => "Go";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Markers => ["GOTOOLCHAIN", "go.dev/dl", "golang.org/dl", "/usr/local/go", "go mod edit", "go.mod"];

    /// <inheritdoc/>
    public override string Reason => "the image sets GOTOOLCHAIN=local, so that go fetches no other version";

    /// <inheritdoc/>
    public override VersionNumber? VersionIn(BaseImage image) =>
        image.Repository == "golang" && VersionNumber.AtStart(image.Tag) is { Parts.Count: > 1 } version && version.CompareTo(First) > 0
            ? version
            : null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files(StageCommand command, RepositoryTree tree) =>
        Program(command) is ["go", "build" or "mod" or "install" or "test" or "run" or "generate" or "get" or "vet" or "list", .. var rest]
        && !rest.Any(word => word is "-C" or "edit" or "init" || word.Contains('@', StringComparison.Ordinal)
            || word.StartsWith("-modfile", StringComparison.Ordinal))
        && FindAbove(command, "go.mod") is { } file
            ? [file]
            : [];

    /// <inheritdoc/>
    public override ToolchainNeed? Need(StageCommand command, IReadOnlyList<string> files, Func<string, string?> read)
    {
        var lines = (read(files[0]) ?? "").Split('\n');
        var at = Array.FindIndex(lines, line => Directive().IsMatch(line));
        return at >= 0 && VersionNumber.Parse(Directive().Match(lines[at]).Groups["version"].Value) is { } version
            ? new ToolchainNeed(files[0], at + 1, lines[at].Trim(), VersionRange.From(version))
            : null;
    }

    [GeneratedRegex(@"^go\s+(?<version>[0-9]+\.[0-9]+(?:\.[0-9]+)?)\s*(?://.*)?\r?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Directive();
}
