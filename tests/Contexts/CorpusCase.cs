using PhasedRollout.Compose;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts;

/// <summary>A small stack of which it is known what the rules find. It is a compose file <c>corpus/RULE/NAME.yml</c> whose <c>x-case</c> says the rest:
/// <code>
/// x-case:
///   files:                      # of the repository https://github.com/acme/shop.git, branch main; none: app/Dockerfile, FROM scratch
///     app/Dockerfile: |
///       FROM python:3.12
///     app/run.sh: { executable: "#!/bin/sh\n" }
///     app/link: { link: ../run.sh }
///     app/sub: { submodule: true }
///   variables: { NAME: value }  # for ${NAME}; COMMIT and SHORT_COMMIT are the repository's
///   registry:                   # what a registry says of an image: absent, denied, busy, silent, or the nearest tag; of all others that they are there
///     nginx:1.72: 1.27
///   packages:                   # the versions that pypi, npm or nuget has; in parentheses: yanked; none: there is no such package
///     pypi django: 4.2.1 5.0 (5.1)
///   findings:                   # every one of the folder's rule; and those of other rules that are certain
///     - { service: web, certainty: certain, line: 12, says: 8000 }
///     - { rule: VC105, service: api, certainty: certain, line: 14, says: nearest }
/// </code>
/// Without <c>x-rollout</c> all services are in one phase.</summary>
internal sealed record CorpusCase(string Rule, string Name, ComposeFile File, Rollout Rollout, MemoryRepository Repository, IReadOnlyDictionary<string, string> Registry,
    IReadOnlyDictionary<string, string> Packages,
    IReadOnlyList<ExpectedFinding> Expected)
{
    public static readonly RepositoryName Shop = new("acme", "shop");

    /// <summary>The folder of all cases.</summary>
    public static string Folder => Tests.Repository.PathOf("tests", "Contexts", "corpus");

    /// <summary>The cases as <c>RULE/NAME</c>.</summary>
    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.yml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file).Replace('\\', '/')[..^".yml".Length])
            .Order(StringComparer.Ordinal);

    /// <summary>True when the folder's rule is expected to find something.</summary>
    public bool Fires => Expected.Any(finding => finding.Rule == Rule);

    public static CorpusCase Read(string name)
    {
        var path = Path.Combine(Folder, $"{name}.yml");
        var (rule, title) = (name.Split('/')[0], name.Split('/')[1]);
        var file = WithPhases(ComposeReader.Read([path]));
        var facts = (ComposeMapping)(file.Root["x-case"] ?? throw new InvalidDataException($"{path} has no x-case"));
        foreach (var entry in facts.Entries)
            entry.Key.ShouldBeOneOf("files", "variables", "registry", "packages", "findings");

        var repository = MemoryRepository.Of(
            (facts["files"] as ComposeMapping)?.Entries.Select(ToFile) ?? [new MemoryFile("app/Dockerfile", TreeEntryKind.File, "FROM scratch\n")]);
        var variables = (facts["variables"] as ComposeMapping)?.Entries.ToDictionary(it => it.Key, it => TextOf(it.Value)) ?? [];
        variables["COMMIT"] = repository.Commit;
        variables["SHORT_COMMIT"] = repository.Commit[..8];
        return new CorpusCase(
            rule, title, file, RolloutReader.Read(file, VariableSet.Of(variables)), repository,
            (facts["registry"] as ComposeMapping)?.Entries.ToDictionary(it => it.Key, it => TextOf(it.Value)) ?? [],
            (facts["packages"] as ComposeMapping)?.Entries.ToDictionary(it => it.Key, it => TextOf(it.Value)) ?? [],
            [.. (facts["findings"] as ComposeSequence)?.Items.Select(item => Finding(rule, (ComposeMapping)item)) ?? []]);
    }

    /// <summary>What the rules find.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        var source = MemorySource.With(Repository, repository: Shop);
        foreach (var reference in Rollout.Services.Select(service => service.Build?.Reference).OfType<GitHubContext>().Select(context => context.Ref))
        {
            source.Refs[(Shop, reference)] = reference is null or "main" || (reference.Length >= 4 && Repository.Commit.StartsWith(reference, StringComparison.Ordinal))
                ? new ResolvedRef(Repository.Commit, reference ?? "main")
                : new UnknownRef("main");
        }

        var registry = new MemoryRegistry { Otherwise = new ImageFound("sha256:" + new string('0', 64)) };
        foreach (var (image, answer) in Registry)
        {
            registry.Answers[ImageReference.Parse(image)!.ToString()] = answer switch
            {
                "absent" => new ImageAbsent(HasRepository: false, null),
                "denied" => new ImageDenied(LoggedIn: false, "it answered 401"),
                "busy" => new RegistryBusy(TimeSpan.FromMinutes(5)),
                "silent" => new RegistryUnreachable("no route to host"),
                var tag => new ImageAbsent(HasRepository: true, tag),
            };
        }

        return [.. (await new ContextVerifier(source, new MemoryLog(), RuleSet.Default.With(new ImageRule(registry), new PackageRule(new MemoryIndex(Packages)))).VerifyAsync(Rollout, cancellationToken)).AllFindings];
    }

    private static MemoryFile ToFile(ComposeEntry entry) => entry.Value switch
    {
        ComposeMapping special when special["executable"] is { } text => new MemoryFile(entry.Key, TreeEntryKind.Executable, TextOf(text)),
        ComposeMapping special when special["link"] is { } target => new MemoryFile(entry.Key, TreeEntryKind.Symlink, TextOf(target)),
        ComposeMapping special when special["submodule"] is not null => new MemoryFile(entry.Key, TreeEntryKind.Submodule, entry.Key),
        _ => new MemoryFile(entry.Key, TreeEntryKind.File, TextOf(entry.Value)),
    };

    private static ExpectedFinding Finding(string rule, ComposeMapping item)
    {
        foreach (var entry in item.Entries)
            entry.Key.ShouldBeOneOf("rule", "service", "certainty", "line", "says");

        return new ExpectedFinding(
            Optional("rule") ?? rule,
            Optional("service"),
            Enum.Parse<Certainty>(Optional("certainty")!, ignoreCase: true),
            int.Parse(Optional("line")!, System.Globalization.CultureInfo.InvariantCulture),
            Optional("says")!);

        string? Optional(string key) => item[key] is { } value ? TextOf(value) : null;
    }

    // "line: 12" and "says: 8000" are numbers to YAML.
    private static string TextOf(ComposeNode node) => ((ComposeScalar)node).Text ?? "";

    internal static ComposeFile WithPhases(ComposeFile file)
    {
        if (file.Root["x-rollout"] is ComposeMapping { } section && section["phases"] is not null)
            return file;

        var at = file.Root.Location;
        var services = ((file.Root["services"] as ComposeMapping)?.Entries ?? []).Select(entry => new ComposeScalar(at, entry.Key, true));
        var phase = new ComposeMapping(at, [new ComposeEntry("services", at, new ComposeSequence(at, [.. services]))]);
        var phases = new ComposeEntry("phases", at, new ComposeSequence(at, [phase]));
        var others = (file.Root["x-rollout"] as ComposeMapping)?.Entries ?? [];
        return file with
        {
            Root = file.Root with
            {
                Entries = [.. file.Root.Entries.Where(entry => entry.Key != "x-rollout"), new ComposeEntry("x-rollout", at, new ComposeMapping(at, [phases, .. others]))],
            },
        };
    }
}

/// <summary>A finding that a case expects.</summary>
internal sealed record ExpectedFinding(string Rule, string? Service, Certainty Certainty, int Line, string Says)
{
    public bool IsMetBy(Finding finding) =>
        (finding.Rule, finding.Service, finding.Certainty, finding.Line) == (Rule, Service, Certainty, Line)
        && (finding.Message + "\n" + finding.Suggestion + "\n" + string.Join('\n', finding.Evidence)).Contains(Says, StringComparison.Ordinal);
}
