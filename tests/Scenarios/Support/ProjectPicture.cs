using System.Globalization;
using System.Text.RegularExpressions;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>All that there is of a project on the engine, without what differs from run to run: ids, times, and the marks of runs.</summary>
internal static partial class ProjectPicture
{
    /// <summary>One line a container, network, volume and image; two runs that ended alike left the same.</summary>
    public static async Task<string> TakeAsync(IDockerClient client, string project)
    {
        bool IsOurs(IDictionary<string, string>? labels) => labels?.Values.Contains(project) == true;

        var lines = new List<string>();
        foreach (var container in await client.Containers.ListContainersAsync(new ContainersListParameters { All = true }))
        {
            if (!container.Names.Any(name => name.Contains(project, StringComparison.Ordinal)) && !IsOurs(container.Labels))
                continue;
            var networks = string.Join(',', (container.NetworkSettings?.Networks?.Keys ?? []).Order(StringComparer.Ordinal));
            lines.Add($"container {container.Names[0]} {container.State} on {networks} with {Labels(container.Labels)}");
        }

        lines.AddRange((await client.Networks.ListNetworksAsync(new NetworksListParameters()))
            .Where(network => network.Name.Contains(project, StringComparison.Ordinal) || IsOurs(network.Labels))
            .Select(network => $"network {network.Name} with {Labels(network.Labels)}"));
        lines.AddRange(((await client.Volumes.ListAsync(CancellationToken.None)).Volumes ?? []).Where(volume => IsOurs(volume.Labels)).Select(volume => $"volume {volume.Name}"));
        lines.AddRange((await client.Images.ListImagesAsync(new ImagesListParameters()))
            .Where(image => IsOurs(image.Labels)).SelectMany(image => image.RepoTags ?? []).Where(tag => tag != "<none>:<none>").Select(tag => $"image {tag}"));
        return Marks().Replace(string.Join('\n', Renumbered(lines).Order(StringComparer.Ordinal)), "*");
    }

    /// <summary>The lines that only one of two pictures has.</summary>
    public static IEnumerable<string> Difference(string expected, string actual) =>
    [
        .. expected.Split('\n').Except(actual.Split('\n')).Select(line => $"- {line}"),
        .. actual.Split('\n').Except(expected.Split('\n')).Select(line => $"+ {line}"),
    ];

    // The versions of a project are counted up for ever; what matters is which come after one another.
    private static IEnumerable<string> Renumbered(IReadOnlyList<string> lines)
    {
        var versions = lines.SelectMany(line => KeptVersion().Matches(line)).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture)).Distinct().Order().ToList();
        return lines.Select(line => KeptVersion().Replace(line, match => string.Create(
            CultureInfo.InvariantCulture, $"version {versions.IndexOf(int.Parse(match.Value, CultureInfo.InvariantCulture)) + 1}")));
    }

    private static string Labels(IDictionary<string, string>? labels) => string.Join(' ', (labels ?? new Dictionary<string, string>())
        .Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal));

    // Run ids, the marks made of them, times, and the ids of images and of containers that were there before.
    [GeneratedRegex(@"\b20\d{6}T\d{6}Z-[0-9a-f]{8}\b|(?<=previous-)[0-9a-f]{8}\b|\b20\d\d-\d\d-\d\dT[\d:.]+Z?|(?<=sha256:|kept-from=)[0-9a-f]{64}\b")]
    private static partial Regex Marks();

    // In the names of kept containers, their labels, those of what replaced them, and the tags of their images.
    [GeneratedRegex(@"(?<=\.kept-|kept-version=|rollout\.change=|phased-rollout-kept/[\w./-]+:)[0-9]+\b")]
    private static partial Regex KeptVersion();
}
