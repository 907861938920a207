using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>Rust: an edition that the compiler does not know, a later <c>rust-version</c>, or a lock file of a later format ends cargo. A
/// <c>rust-toolchain</c> file makes rustup fetch another one.</summary>
internal sealed partial class RustToolchain : Toolchain
{
    /// <inheritdoc/>
    public override string Name => "Rust";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Markers =>
        ["rustup", "RUSTUP_TOOLCHAIN", "cargo +", "rust-toolchain", "RUSTC_BOOTSTRAP", "Cargo.", "*.lock", "--ignore-rust-version"];

    /// <inheritdoc/>
    public override string Reason => "cargo compiles with what the image has";

    /// <inheritdoc/>
    public override VersionNumber? VersionIn(BaseImage image) =>
        image.Repository == "rust" && VersionNumber.AtStart(image.Tag) is { Parts.Count: > 1 } version ? version : null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files(StageCommand command, RepositoryTree tree) =>
        Program(command) is ["cargo", "build" or "b" or "run" or "test" or "check" or "rustc" or "fetch", .. var rest]
        && !rest.Any(word => word.StartsWith("--manifest-path", StringComparison.Ordinal) || word is "-C" or "--config")
        && FindAbove(command, "rust-toolchain.toml") is null && FindAbove(command, "rust-toolchain") is null
        && command.Find("Cargo.toml") is { } file
            ? FindAbove(command, "Cargo.lock") is { } locked ? [file, locked] : [file]
            : [];

    /// <inheritdoc/>
    public override ToolchainNeed? Need(StageCommand command, IReadOnlyList<string> files, Func<string, string?> read)
    {
        // One further up is the workspace's, if the project is a part of that.
        var isBeside = files.Count > 1 && TreeFolders.ParentOf(files[0]) == TreeFolders.ParentOf(files[1]);
        var format = files.Count > 1 ? OfLockFile(files[1], read(files[1]) ?? "", isBeside ? Certainty.Certain : Certainty.Likely) : null;
        return OfManifest(files, read) is { } manifest && !(format?.Range.Named.CompareTo(manifest.Range.Named) > 0) ? manifest : format;
    }

    // Format 4 is read by cargo 1.78 and later (https://doc.rust-lang.org/cargo/CHANGELOG.html).
    private static ToolchainNeed? OfLockFile(string file, string text, Certainty most)
    {
        var lines = text.Split('\n');
        var at = Array.FindIndex(lines, line => LockFormat().IsMatch(line));
        return at >= 0 ? new ToolchainNeed(file, at + 1, lines[at].Trim(), VersionRange.From(new VersionNumber([1, 78]))) { Most = most } : null;
    }

    private static ToolchainNeed? OfManifest(IReadOnlyList<string> files, Func<string, string?> read)
    {
        if (read(files[0]) is not { } text)
            return null;

        var edition = TomlText.Value(text, "package", "edition") is var (name, at, line) && Edition(name) is { } first
            ? new ToolchainNeed(files[0], at, line, VersionRange.From(first))
            : null;
        var least = TomlText.Value(text, "package", "rust-version") is var (value, number, written) && VersionNumber.Parse(value) is { } version
            ? new ToolchainNeed(files[0], number, written, VersionRange.From(version))
            : null;
        return least is null || edition?.Range.Named.CompareTo(least.Range.Named) > 0 ? edition : least;
    }

    // https://doc.rust-lang.org/edition-guide
    private static VersionNumber? Edition(string name) => name switch
    {
        "2018" => new VersionNumber([1, 31]),
        "2021" => new VersionNumber([1, 56]),
        "2024" => new VersionNumber([1, 85]),
        _ => null,
    };

    [GeneratedRegex(@"^version\s*=\s*4\s*\z")]
    private static partial Regex LockFormat();
}
