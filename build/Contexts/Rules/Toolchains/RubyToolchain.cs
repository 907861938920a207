using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Serving;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>Ruby: Bundler refuses a Gemfile whose <c>ruby</c> line asks for another version than the one that runs it.</summary>
internal sealed partial class RubyToolchain : Toolchain
{
    /// <inheritdoc/>
    public override string Name => "Ruby";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Markers => ["rbenv", "rvm", "ruby-install", "ruby-build", "asdf", "mise", "BUNDLE_GEMFILE", "Gemfile"];

    /// <inheritdoc/>
    public override string Reason => "Bundler ends with \"Your Ruby version is …, but your Gemfile specified …\"";

    /// <inheritdoc/>
    public override VersionNumber? VersionIn(BaseImage image) =>
        image.Repository == "ruby" && VersionNumber.AtStart(image.Tag) is { Parts.Count: > 1 } version ? version : null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files(StageCommand command, RepositoryTree tree) =>
        Program(command) is ["bundle"] or ["bundle", "install" or "check" or "exec", ..]
        && !command.Words.Any(word => word.StartsWith("--gemfile", StringComparison.Ordinal))
        && command.Find("Gemfile") is { } file
            ? [file]
            : [];

    /// <inheritdoc/>
    public override ToolchainNeed? Need(StageCommand command, IReadOnlyList<string> files, Func<string, string?> read)
    {
        var lines = (read(files[0]) ?? "").Split('\n');
        var written = lines.Select((text, at) => (text, at)).Where(line => Line().IsMatch(line.text)).ToList();
        return written is [var (only, index)]
            && VersionRange.Parse(string.Join(',', Line().Match(only).Groups["range"].Captures.Select(it => it.Value))) is { } range
            ? new ToolchainNeed(files[0], index + 1, only.Trim(), range)
            : null;
    }

    // At the start of the line: inside a block, a condition may decide.
    [GeneratedRegex("""^ruby[ (]+["'](?<range>[^"']+)["'](?:\s*,\s*["'](?<range>[^"']+)["'])*\s*\)?\s*(?:#.*)?\r?\z""", RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
