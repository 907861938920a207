using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Serving;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>.NET: an SDK builds for its own version and those before it (NETSDK1045).</summary>
internal sealed partial class DotNetToolchain : Toolchain
{
    private const int MostProjects = 12;

    /// <inheritdoc/>
    public override string Name => ".NET SDK";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Markers =>
        ["dotnet-install", "/usr/share/dotnet", "/usr/lib/dotnet", "/.dotnet", "TargetFramework", "DOTNET_ROOT", "dotnet-sdk-", "global.json"];

    /// <inheritdoc/>
    public override string Reason => "the SDK builds for its own version and earlier ones (NETSDK1045), and is the one that global.json asks for";

    /// <inheritdoc/>
    public override VersionNumber? VersionIn(BaseImage image) =>
        image.Repository is "mcr.microsoft.com/dotnet/sdk" or "mcr.microsoft.com/dotnet/core/sdk"
        && VersionNumber.AtStart(image.Tag) is { Parts: [var major, var minor, ..] }
            ? new VersionNumber([major, minor])
            : null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files(StageCommand command, RepositoryTree tree)
    {
        if (Program(command) is not ["dotnet", "restore" or "build" or "publish", ..]
            || InstallCommands.Read(command.Words, command.Find, tree) is not { Ecosystem: PackageEcosystem.NuGet, Files: [var file, ..] })
            return [];

        var projects = tree.Below(TreeFolders.ParentOf(file)).Select(entry => entry.Path)
            .Where(path => path.EndsWith("proj", StringComparison.OrdinalIgnoreCase));
        return [file, .. IsSolution(file) ? projects.Take(MostProjects) : [], .. FindAbove(command, "global.json") is { } chosen ? new[] { chosen } : []];
    }

    /// <inheritdoc/>
    public override ToolchainNeed? Need(StageCommand command, IReadOnlyList<string> files, Func<string, string?> read)
    {
        // The SDK that global.json chooses is looked for before any project is read.
        var sdk = files.FirstOrDefault(file => TreeFolders.NameOf(file) == "global.json") is { } chosen ? Chosen(chosen, read(chosen)) : null;
        var folder = "/" + TreeFolders.ParentOf(files[0]);
        var projects = !IsSolution(files[0]) ? files
            : NuGetFiles.ReadSolution(read(files[0]) ?? "").Select(path => StageFiles.Join(folder, path)[1..]).Intersect(files);
        return projects.Select(project => Need(project, read(project))).Prepend(sdk).OfType<ToolchainNeed>()
            .OrderByDescending(need => need.Range.Named.Parts[0]).ThenByDescending(need => need.Range.Named.Parts[1]).FirstOrDefault();
    }

    // Of several frameworks, or one under a condition, the build may be asked for one that is there.
    private static ToolchainNeed? Need(string project, string? text)
    {
        text = text is null ? null : WithoutComments(XmlComment(), text);
        if (text is null || Framework().Matches(text) is not [var only] || text.Contains("<TargetFrameworks", StringComparison.Ordinal)
            || VersionNumber.Parse(only.Groups["version"].Value) is not { } version)
            return null;

        return new ToolchainNeed(project, text.AsSpan(0, only.Index).Count('\n') + 1, only.Value, VersionRange.From(version));
    }

    // https://learn.microsoft.com/dotnet/core/tools/global-json: without rollForward only later patches of the same hundreds are taken.
    private static ToolchainNeed? Chosen(string file, string? text)
    {
        text = text is null ? null : WithoutComments(JsonComment(), text);
        if (text is null || SdkVersion().Match(text) is not { Success: true } match || VersionNumber.Parse(match.Groups["version"].Value) is not { Parts: [var major, var minor, ..] })
            return null;

        var version = new VersionNumber([major, minor]);
        var policy = RollForward().Match(text) is { Success: true } written ? written.Groups["policy"].Value.ToUpperInvariant() : "";
        var range = policy is "MAJOR" or "LATESTMAJOR" ? VersionRange.From(version)
            : policy is "MINOR" or "LATESTMINOR" ? VersionRange.Parse(FormattableString.Invariant($">={version},<{major + 1}"))
            : VersionRange.Parse($"=={version}");
        return range is null ? null : new ToolchainNeed(file, text.AsSpan(0, match.Index).Count('\n') + 1, match.Value.Trim(), range);
    }

    // The lines stay.
    private static string WithoutComments(Regex comment, string text) => comment.Replace(text, match => new string('\n', match.Value.Count(character => character == '\n')));

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex XmlComment();

    [GeneratedRegex(@"(?<!:)//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex JsonComment();

    private static bool IsSolution(string path) => Path.GetExtension(path) is ".sln" or ".slnx";

    [GeneratedRegex(
        @"<TargetFramework>\s*net(?:coreapp)?(?<version>[0-9]+\.[0-9]+)(?:-[A-Za-z0-9.]+)?\s*</TargetFramework>", RegexOptions.ExplicitCapture)]
    private static partial Regex Framework();

    [GeneratedRegex(@"""version""\s*:\s*""(?<version>[0-9]+\.[0-9]+\.[0-9]+)[^""]*""", RegexOptions.ExplicitCapture)]
    private static partial Regex SdkVersion();

    [GeneratedRegex(@"""rollForward""\s*:\s*""(?<policy>[A-Za-z]+)""", RegexOptions.ExplicitCapture)]
    private static partial Regex RollForward();
}
