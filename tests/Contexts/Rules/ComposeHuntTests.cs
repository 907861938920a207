using PhasedRollout.Compose;
using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts.Rules;

/// <summary>A hunt for wrong blockers in whole repositories: every compose file below each folder of COMPOSE_HUNT, with its contexts as they are,
/// looked up as if the folder were a repository on GitHub. Whoever runs it reads every line.</summary>
public sealed class ComposeHuntTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task Compose_files_of_other_people_are_not_blocked()
    {
        var folder = Environment.GetEnvironmentVariable("COMPOSE_HUNT");
        Assert.SkipWhen(folder is null, "COMPOSE_HUNT names no folder");

        var (files, unreadable, services, builds, certain) = (0, 0, 0, 0, 0);
        var others = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var root in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            var source = new FolderAsRepository(root);
            foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Where(IsComposeFile).Order(StringComparer.Ordinal))
            {
                files++;
                Rollout rollout;
                try
                {
                    var file = CorpusCase.WithPhases(ComposeReader.Read([path]));
                    rollout = RolloutReader.Read(file, VariableSet.Of(Variables(path)));
                }
                catch (InvalidInputException invalid)
                {
                    unreadable++;
                    output.WriteLine($"unreadable {Path.GetRelativePath(folder, path)}: {invalid.Problems[0]}");
                    continue;
                }

                rollout = rollout with { Services = [.. rollout.Services.Select(service => FolderAsRepository.OnGitHub(service, root))] };
                services += rollout.Services.Count;
                builds += rollout.Services.Count(service => service.Build is not null);
                var verified = await new ContextVerifier(source, new MemoryLog()).VerifyAsync(rollout, TestContext.Current.CancellationToken);
                foreach (var finding in verified.AllFindings)
                {
                    var key = $"{finding.Rule} {finding.Certainty}";
                    others[key] = others.GetValueOrDefault(key) + 1;
                    if (finding.Certainty != Certainty.Certain && Environment.GetEnvironmentVariable("COMPOSE_HUNT_ALL") is null)
                        continue;

                    certain++;
                    output.WriteLine($"{finding.Rule} {finding.Certainty} {Path.GetRelativePath(folder, path)}:{finding.Line} {finding.Service}: {finding.Message} | {string.Join(" | ", finding.Evidence)} | {finding.Suggestion}");
                }
            }
        }

        output.WriteLine(string.Join(", ", others.Select(it => $"{it.Key} {it.Value}")));
        output.WriteLine(FormattableString.Invariant($"{files} files, {unreadable} unreadable, {services} services, {builds} of them built, {certain} findings listed"));
        files.ShouldBeGreaterThan(0);
    }

    private static Dictionary<string, string> Variables(string path)
    {
        var file = Path.Combine(Path.GetDirectoryName(path)!, ".env");
        return Environment.GetEnvironmentVariable("COMPOSE_HUNT_UNSET") is not null || !File.Exists(file)
            ? []
            : File.ReadLines(file).Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2 && !parts[0].StartsWith('#'))
                .DistinctBy(parts => parts[0].Trim()).ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim().Trim('"', '\''));
    }

    private static bool IsComposeFile(string path) =>
        Path.GetExtension(path) is ".yml" or ".yaml" && Path.GetFileName(path).Contains("compose", StringComparison.OrdinalIgnoreCase);
}
