using System.Collections.Concurrent;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>Looks every context of a rollout up and applies the rules.</summary>
/// <param name="source">The repositories.</param>
/// <param name="log">Where it says what it does.</param>
/// <param name="rules">The rules beside those of the contexts themselves; <see cref="RuleSet.Default"/> when null.</param>
public sealed class ContextVerifier(IRepositorySource source, IRunLog log, RuleSet? rules = null)
{
    private readonly RuleSet rules = rules ?? RuleSet.Default;

    /// <summary>Verifies the whole rollout. Nothing that is wrong is an exception: a context that is not there blocks its service, and one
    /// that GitHub did not let us look up is unknown and blocks the run, while the others are verified all the same.</summary>
    public async Task<VerifiedRollout> VerifyAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        var contexts = rollout.Services.Select(service => service.Build?.Reference).OfType<RepositoryContext>().ToList();
        log.Debug($"verifying {contexts.Count} contexts of {rollout.Project} with {source}");

        var lookup = await RepositoryLookup.RunAsync(source, contexts, cancellationToken);
        var services = await Task.WhenAll(rollout.Services.Select(service => VerifyAsync(rollout, service, lookup, cancellationToken)));
        var (found, subjects) = await CheckAsync(rollout, services, lookup, cancellationToken);
        var findings = found.Concat(services.SelectMany(service => RepositoryRules.Check(service, lookup))).ToLookup(finding => finding.Service);
        if (source.Budget is { } budget && lookup.Repositories.Count > 0)
            log.Information(budget);

        return new VerifiedRollout
        {
            Rollout = rollout,
            Services = [.. services.Zip(subjects, (service, subject) => Conclude(service, findings[service.Service.Name], rollout.Accepted) with
            {
                BaseImages = UsedImages.BasesOf(subject),
                BuildKitNeeds = subject.Dockerfile is { } dockerfile ? BuildKitNeeds.Of(dockerfile, ContextFiles.Of(subject) is { IsComplete: true } files ? files.CountMatches : null) : [],
                HasSyntaxDirective = subject.Dockerfile?.Source.Syntax is not null,
            })],
            Repositories = lookup.Repositories,
            Findings = [.. findings[null].Select(finding => Findings.Judge(finding, rollout.Accepted))],
        };
    }

    private async Task<(IReadOnlyList<Finding> Findings, IReadOnlyList<ServiceSubject> Subjects)> CheckAsync(
        Rollout rollout, IReadOnlyList<VerifiedService> services, RepositoryLookup lookup, CancellationToken cancellationToken)
    {
        var refused = new ConcurrentQueue<Finding>();
        var subjects = await new SubjectReader(lookup, Refuse).ReadAsync(rollout, services, rules, cancellationToken);
        var ofServices = await Task.WhenAll(subjects.SelectMany(subject => rules.OfServices.Select(rule => CheckAsync(rule, subject))));
        return (
            [.. rules.OfTheFile.SelectMany(rule => rule.Check(rollout)), .. ofServices.SelectMany(it => it), .. refused.DistinctBy(finding => finding.Service)],
            subjects);

        void Refuse(ServiceSubject subject, WorldRefusedException why) => refused.Enqueue(ContextRules.NotRead(subject.Service, why));

        async Task<IReadOnlyList<Finding>> CheckAsync(IServiceRule rule, ServiceSubject subject)
        {
            try
            {
                return await rule.CheckAsync(subject, cancellationToken);
            }
            catch (WorldRefusedException why)
            {
                Refuse(subject, why);
                return [];
            }
        }
    }

    private static async Task<VerifiedService> VerifyAsync(Rollout rollout, Service service, RepositoryLookup lookup, CancellationToken cancellationToken)
    {
        try
        {
            return service.Build?.Reference switch
            {
                null => new VerifiedService(service, null, null, [], Verdict.Ready),
                MalformedContext malformed => NotFound(service, ContextRules.Malformed(service, malformed)),
                OtherContext other => NotFound(service, ContextRules.Elsewhere(service, other)),
                RepositoryContext context => await VerifyAsync(rollout, service, context, lookup, cancellationToken),
                var unknown => throw new InvalidOperationException($"no rule for {unknown.GetType().Name}"),
            };
        }
        catch (WorldRefusedException refused)
        {
            return NotFound(service, service.Build?.Reference is GitContext elsewhere
                ? ContextRules.OutOfReach(service, elsewhere, refused)
                : ContextRules.NotLookedUp(service, refused));
        }
    }

    private static async Task<VerifiedService> VerifyAsync(
        Rollout rollout, Service service, RepositoryContext context, RepositoryLookup lookup, CancellationToken cancellationToken)
    {
        switch (lookup.ResolutionOf(context))
        {
            case InvisibleRepository invisible:
                return NotFound(service, ContextRules.NoRepository(service, context, invisible));
            case UnknownRef unknown:
                return NotFound(service, ContextRules.NoRef(service, context, unknown));
            case ResolvedRef resolved:
                var tree = lookup.TreeOf(context, resolved);
                Task<byte[]> ReadBlob(string id) => lookup.ReadBlobAsync(context, id, cancellationToken);
                var blocking = ContextRules.ShortCommit(service, context, resolved);
                if (await ContextRules.CheckFolderAsync(service, context, tree, () => lookup.NearestIn(tree), ReadBlob) is { } missing)
                    // Where the folder is known not to be there, neither is its Dockerfile.
                    return NotFound(service, blocking, missing) with { DockerfileFound = missing.Certainty == Certainty.Certain ? false : null };

                var dockerfile = service.Build!.DockerfileInline is null
                    ? await DockerfileRules.CheckAsync(service, context, tree, DockerfileRules.OfOthers(rollout, service, context), ReadBlob)
                    : new DockerfileCheck(null, Path: $"{context.Path}/Dockerfile".TrimStart('/'));
                var verified = blocking is null && dockerfile.Path is { } path
                    ? new VerifiedContext(context, resolved.RefName, resolved.Commit, tree.Find(context.Path)!.Id, path)
                    : null;
                Finding?[] findings = [blocking, dockerfile.Finding];
                return new VerifiedService(service, verified, dockerfile.Found, [.. findings.OfType<Finding>()], Verdict.Unknown);
            case var other:
                throw new InvalidOperationException($"no rule for {other.GetType().Name}");
        }
    }

    private static VerifiedService NotFound(Service service, params Finding?[] findings) =>
        new(service, null, null, [.. findings.OfType<Finding>()], Verdict.Unknown);

    private static VerifiedService Conclude(VerifiedService service, IEnumerable<Finding> more, IReadOnlyList<AcceptedFinding> accepted)
    {
        var findings = service.Findings.Concat(more)
            .Select(finding => Findings.Judge(finding, accepted))
            .OrderBy(finding => finding.Blocks ? 0 : 1)
            .ToList();
        return service with { Findings = findings, Verdict = VerdictOf(service, findings) };
    }

    // What GitHub did not let us see is not known to be wrong; the finding stops the run, the verdict stays honest.
    private static Verdict VerdictOf(VerifiedService service, List<Finding> findings) =>
        findings.Any(finding => finding is { Blocks: true, Rule: not "VC100" }) ? Verdict.Blocked
        : service.Service.Build is null || service.Context is not null ? Verdict.Ready
        : Verdict.Unknown;
}
