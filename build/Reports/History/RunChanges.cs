using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports.History;

/// <summary>What is different from the last good run.</summary>
internal sealed record RunChanges
{
    /// <summary>That run's id.</summary>
    public required string Since { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset SinceTime { get; init; }
    public IReadOnlyList<CommitChange> Commits { get; init; } = [];
    public IReadOnlyList<ConfigurationChange> Configuration { get; init; } = [];

    /// <summary>False when that run was made with another key, so that values could not be compared.</summary>
    public bool ConfigurationCompared { get; init; }
    public IReadOnlyList<ImageChange> Images { get; init; } = [];
    public IReadOnlyList<FoundThen> NewFindings { get; init; } = [];
    public IReadOnlyList<FoundThen> GoneFindings { get; init; } = [];

    /// <summary>True when nothing is.</summary>
    public bool IsEmpty => Commits.Count + Configuration.Count + Images.Count + NewFindings.Count + GoneFindings.Count == 0;

    /// <summary>Compares a run with an earlier one.</summary>
    public static RunChanges Between(PastRun before, ReportModel now)
    {
        var found = now.Placed.DistinctBy(placed => placed.Identity).ToDictionary(placed => placed.Identity, placed => placed.Finding);
        return new RunChanges
        {
            Since = before.Id,
            SinceTime = before.FinishedAt,
            Commits = [.. now.Repositories.SelectMany(repository => CommitOf(before, repository))],
            Configuration = [.. ConfigurationOf(before.Configuration, now.Configuration)],
            ConfigurationCompared = before.Configuration?.Key == now.Configuration?.Key,
            Images = [.. now.Services
                .Where(service => service.ImageId is { } id && before.Images.TryGetValue(service.Name, out var then) && then != id)
                .Select(service => new ImageChange(service.Name, before.Images[service.Name], service.ImageId!))],
            NewFindings = [.. found.Where(finding => !before.Findings.ContainsKey(finding.Key)).Select(finding => Then(finding.Value))],
            // What this run did not look for is not gone.
            GoneFindings = now.ContextsVerified ? [.. before.Findings.Where(finding => !found.ContainsKey(finding.Key)).Select(finding => finding.Value)] : [],
        };
    }

    private static FoundThen Then(Finding finding) => new(finding.Rule, finding.Service, finding.Message);

    private static IEnumerable<CommitChange> CommitOf(PastRun before, ReportRepository repository)
    {
        if (repository.Commit is not { } to || !before.Commits.TryGetValue($"{repository.Repository} {repository.Ref}", out var from) || from == to)
            return [];

        var url = repository.Url is { } web && IsCommit(from) && IsCommit(to) ? $"{web}/compare/{from}...{to}" : null;
        return [new CommitChange(repository.Repository, repository.Ref, from, to, url)];
    }

    private static bool IsCommit(string text) => text.Length == 40 && text.All(char.IsAsciiHexDigit);

    private static IEnumerable<ConfigurationChange> ConfigurationOf(ConfigurationPrint? before, ConfigurationPrint? now)
    {
        if (before is null || now is null)
            yield break;

        foreach (var name in before.Services.Keys.Union(now.Services.Keys).Order(StringComparer.Ordinal))
        {
            var (then, here) = (before.Services.GetValueOrDefault(name), now.Services.GetValueOrDefault(name));
            if (then is null || here is null)
            {
                yield return new ConfigurationChange(name, null, then is null ? "added" : "removed");
                continue;
            }

            foreach (var key in then.Keys.Union(here.Keys).Order(StringComparer.Ordinal))
            {
                var change = !then.TryGetValue(key, out var old) ? "added" : !here.TryGetValue(key, out var value) ? "removed"
                    : before.Key == now.Key && old != value ? "changed" : null;
                if (change is not null)
                    yield return new ConfigurationChange(name, key, change);
            }
        }
    }
}

/// <summary>A repository is at another commit.</summary>
internal sealed record CommitChange(string Repository, string? Ref, string From, string To, string? CompareUrl);

/// <summary>A key of a service's configuration is there, gone, or has another value; a null key is the service itself.</summary>
internal sealed record ConfigurationChange(string Service, string? Key, string Change);

/// <summary>A service runs another image.</summary>
internal sealed record ImageChange(string Service, string From, string To);
