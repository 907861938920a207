using PhasedRollout.Compose;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts.Rules;

/// <summary>Failures of other people, collected before anybody looked at the rules: each folder of BLIND has a <c>tree</c> and a <c>case.txt</c> with
/// the lines <c>service: …</c>, <c>cause: …</c>, <c>readable: yes|no</c>, and for what cannot be read off files <c>registry IMAGE ANSWER</c> and
/// <c>package ECOSYSTEM NAME: VERSIONS</c>. What is found is written beside what was expected; whoever runs it says which of it is the cause.</summary>
public sealed class BlindCasesTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task What_is_found_is_written_beside_what_happened()
    {
        var folder = Environment.GetEnvironmentVariable("BLIND");
        Assert.SkipWhen(folder is null, "BLIND names no folder");

        var cases = Directory.EnumerateDirectories(folder).Where(it => File.Exists(Path.Combine(it, "case.txt"))).Order(StringComparer.Ordinal).ToList();
        foreach (var one in cases)
            await ShowAsync(one);

        cases.ShouldNotBeEmpty();
    }

    private async Task ShowAsync(string folder)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, "case.txt"), TestContext.Current.CancellationToken);
        output.WriteLine($"== {Path.GetFileName(folder)} {Value("service")}: {Value("cause")}{(Value("readable") == "yes" ? "" : " (not readable)")}");
        var root = Path.Combine(folder, "tree");
        var path = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .First(it => Path.GetExtension(it) is ".yml" or ".yaml" && Path.GetFileName(it).Contains("compose", StringComparison.Ordinal));
        try
        {
            var environment = Path.Combine(Path.GetDirectoryName(path)!, ".env");
            var variables = VariableSet.Read(new Dictionary<string, string>(), File.Exists(environment) ? [environment] : []);
            var rollout = RolloutReader.Read(CorpusCase.WithPhases(ComposeReader.Read([path])), variables);
            rollout = rollout with { Services = [.. rollout.Services.Select(service => FolderAsRepository.OnGitHub(service, root))] };
            var rules = RuleSet.Default.With(new ImageRule(Registry(lines)), new PackageRule(new MemoryIndex(Packages(lines))));
            var verified = await new ContextVerifier(new FolderAsRepository(root), new MemoryLog(), rules).VerifyAsync(rollout, TestContext.Current.CancellationToken);
            foreach (var finding in verified.AllFindings.OrderByDescending(it => it.Certainty))
                output.WriteLine($"   {finding.Certainty} {finding.Rule} {finding.Service}: {finding.Message}");
        }
        catch (InvalidInputException invalid)
        {
            output.WriteLine($"   refused: {invalid.Problems[0]}");
        }

        string Value(string key) => lines.FirstOrDefault(line => line.StartsWith($"{key}: ", StringComparison.Ordinal))?[(key.Length + 2)..] ?? "";
    }

    private static MemoryRegistry Registry(IEnumerable<string> lines)
    {
        var registry = new MemoryRegistry { Otherwise = new ImageFound("sha256:" + new string('0', 64)) };
        foreach (var words in lines.Where(line => line.StartsWith("registry ", StringComparison.Ordinal)).Select(line => line.Split(' ')))
        {
            registry.Answers[ImageReference.Parse(words[1])!.ToString()] = words[2] switch
            {
                "absent" => new ImageAbsent(HasRepository: false, null),
                "absent-tag" => new ImageAbsent(HasRepository: true, null),
                var tag => new ImageAbsent(HasRepository: true, tag),
            };
        }

        return registry;
    }

    private static Dictionary<string, string> Packages(IEnumerable<string> lines) =>
        lines.Where(line => line.StartsWith("package ", StringComparison.Ordinal)).Select(line => line["package ".Length..].Split(": ", 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);
}
