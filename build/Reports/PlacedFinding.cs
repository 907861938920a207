using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports;

/// <summary>A finding at the line of the compose file that a person has to change, also when its reason stands in another file.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="File">The compose file, relative to the repository's root with slashes where it lies below it.</param>
/// <param name="Line">The line, counted from 1.</param>
internal sealed record PlacedFinding(Finding Finding, string File, int Line)
{
    /// <summary>The same for the same finding in every run, whatever its line: what tells a new finding from a known one.</summary>
    public string Identity => IdentityOf(Finding);

    /// <summary>Rule, service and place of a finding.</summary>
    public static string IdentityOf(Finding finding) => string.Join('|', finding.Rule, finding.Service, finding.Where);
}

/// <summary>Finds the line of the compose file that a finding is about.</summary>
internal sealed class FindingPlaces(Rollout? rollout, string composeFile, string? root)
{
    private readonly HashSet<string> composeFiles = rollout is null
        ? [composeFile]
        : [.. rollout.Source.Paths, .. rollout.Services.SelectMany(service => service.Locations.Values.Prepend(service.Location)).Select(location => location.File)];

    /// <summary>The finding with its place.</summary>
    public PlacedFinding Place(Finding finding)
    {
        var location = finding is { File: { } file, Line: { } line } && composeFiles.Contains(file)
            ? new SourceLocation(file, line, 1)
            : Written(finding) ?? new SourceLocation(rollout?.Source.Paths[0] ?? composeFile, 1, 1);
        return new PlacedFinding(finding, FromRoot(location.File), Math.Max(location.Line, 1));
    }

    private SourceLocation? Written(Finding finding)
    {
        var name = finding.Service ?? (finding.Where.Split('/') is ["services", var named, ..] ? named : null);
        if (rollout?.Services.FirstOrDefault(candidate => candidate.Name == name) is not { } service)
            return null;

        var prefix = $"services/{service.Name}/";
        var key = finding.Where.StartsWith(prefix, StringComparison.Ordinal) ? finding.Where[prefix.Length..] : "";
        for (; key.Length > 0; key = key[..Math.Max(key.LastIndexOf('/'), 0)])
        {
            if (service.Locations.TryGetValue(key, out var found))
                return found;
        }

        return service.Location;
    }

    private string FromRoot(string file)
    {
        if (root is null)
            return file.Replace('\\', '/');

        var full = Path.GetFullPath(file);
        var relative = Path.GetRelativePath(root, full);
        return (relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? full : relative).Replace('\\', '/');
    }
}
