using System.Text.Json;
using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>Node: yarn 1 and pnpm install no project whose <c>engines</c> leave their Node out; npm warns unless <c>engine-strict</c> is set.</summary>
internal sealed partial class NodeToolchain : Toolchain
{
    /// <inheritdoc/>
    public override string Name => "Node";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Markers =>
        ["nvm", "volta", "fnm", "npm i -g n", "ignore-engines", "engine-strict", "package.json", "npm pkg", "nodesource", "pnpm env", "corepack", "yarn set"];

    /// <inheritdoc/>
    public override string Reason => "the install refuses a project whose engines do not take its Node";

    /// <inheritdoc/>
    public override VersionNumber? VersionIn(BaseImage image) => image.Repository == "node" ? VersionNumber.AtStart(image.Tag) : null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files(StageCommand command, RepositoryTree tree)
    {
        if (command.Find("package.json") is not { } manifest)
            return [];

        var folder = TreeFolders.ParentOf(manifest);
        string Beside(string name) => folder.Length == 0 ? name : $"{folder}/{name}";
        return Program(command) switch
        {
            // Another yarn than the first has no such check.
            ["yarn"] or ["yarn", "install" or "--frozen-lockfile" or "--production", ..] when tree.Find(Beside(".yarnrc.yml")) is null => [manifest],
            ["npm", "ci" or "install" or "i", ..] when command.Find(".npmrc") is { } settings => [manifest, settings],
            _ => [],
        };
    }

    /// <inheritdoc/>
    public override ToolchainNeed? Need(StageCommand command, IReadOnlyList<string> files, Func<string, string?> read)
    {
        if (read(files[0]) is not { } text || (files.Count > 1 && !Strict().IsMatch(read(files[1]) ?? "")) || Engine(text) is not { } written)
            return null;

        var line = text.AsSpan(0, Math.Max(text.IndexOf("\"engines\"", StringComparison.Ordinal), 0)).Count('\n') + 1;
        return VersionRange.Parse(Spaces().Replace(written.Trim(), ",")) is { } range
            ? new ToolchainNeed(files[0], line, $"\"node\": \"{written}\"", range) { Most = Certainty.Likely }
            : null;
    }

    private static string? Engine(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("engines", out var engines) && engines.ValueKind == JsonValueKind.Object
                && engines.TryGetProperty("node", out var node) && node.ValueKind == JsonValueKind.String && !root.TryGetProperty("packageManager", out _)
                    ? node.GetString()
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^\s*engine-strict\s*=\s*true\s*$", RegexOptions.Multiline)]
    private static partial Regex Strict();

    // Between two bounds, not behind an operator.
    [GeneratedRegex(@"(?<=[0-9x*])\s+(?=[<>=^~])")]
    private static partial Regex Spaces();
}
