using System.Text;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>Reads what the rules want to see of every service: first the Dockerfiles and ignore files of the whole stack, then what the rules ask for.</summary>
internal sealed class SubjectReader(RepositoryLookup lookup, Action<ServiceSubject, WorldRefusedException> refuse)
{
    // Nobody writes a Dockerfile, script or manifest of this size.
    private const long Largest = 2 << 20;

    /// <summary>One subject a service, in the same order.</summary>
    public async Task<IReadOnlyList<ServiceSubject>> ReadAsync(
        Rollout rollout, IReadOnlyList<VerifiedService> services, RuleSet rules, CancellationToken cancellationToken)
    {
        var subjects = services.Select(service => Subject(rollout, service)).ToList();
        foreach (var subject in subjects)
            subject.Stack = subjects;

        await ReadAsync(subjects, Dockerfiles, cancellationToken);
        await ReadAsync(subjects, subject => rules.OfServices.SelectMany(rule => rule.Files(subject)), cancellationToken,
            subject => rules.OfServices.SelectMany(rule => rule.Links(subject)));
        return subjects;
    }

    private ServiceSubject Subject(Rollout rollout, VerifiedService service)
    {
        var tree = service.Context is { } context ? lookup.TreeOf(context.Reference, new ResolvedRef(context.Commit, context.RefName)) : null;
        return new ServiceSubject
        {
            Rollout = rollout,
            Service = service.Service,
            Context = service.Context,
            Tree = tree,
            IgnoreFilePath = tree is null ? null : IgnoreFile(service.Context!, tree),
        };
    }

    // BuildKit: <Dockerfile>.dockerignore beside the Dockerfile wins over the context's own.
    private static string? IgnoreFile(VerifiedContext context, RepositoryTree tree)
    {
        var folder = context.Reference.Path;
        string[] candidates = [$"{context.DockerfilePath}.dockerignore", folder.Length == 0 ? ".dockerignore" : $"{folder}/.dockerignore"];
        return candidates.FirstOrDefault(path => tree.Find(path) is { Kind: TreeEntryKind.File or TreeEntryKind.Executable });
    }

    private static IEnumerable<string> Dockerfiles(ServiceSubject subject)
    {
        if (subject is { Context: { } context, Service.Build.DockerfileInline: null })
            yield return context.DockerfilePath;
        if (subject.IgnoreFilePath is { } ignore)
            yield return ignore;
    }

    private async Task ReadAsync(
        IReadOnlyList<ServiceSubject> subjects, Func<ServiceSubject, IEnumerable<string>> wanted, CancellationToken cancellationToken,
        Func<ServiceSubject, IEnumerable<string>>? links = null)
    {
        var asked = (
            from subject in subjects
            where subject.Tree is not null
            from path in wanted(subject).Distinct(StringComparer.Ordinal)
            where !subject.Files.ContainsKey(path)
            let entry = subject.Tree!.Find(path)
            where entry is { Kind: TreeEntryKind.File or TreeEntryKind.Executable, Size: null or <= Largest }
            select (Subject: subject, Path: path, entry.Id, IsLink: false)).ToList();
        asked.AddRange(
            from subject in subjects
            where subject.Tree is not null && links is not null
            from path in links!(subject).Distinct(StringComparer.Ordinal)
            let entry = subject.Tree!.Find(path)
            where entry?.Kind == TreeEntryKind.Symlink
            select (subject, path, entry!.Id, true));

        await Task.WhenAll(asked.GroupBy(it => it.Subject.Context!.Reference.Repository).Select(async ofOne =>
        {
            try
            {
                var blobs = await lookup.ReadBlobsAsync(ofOne.Key, [.. ofOne.Select(it => it.Id).Distinct()], cancellationToken);
                foreach (var files in ofOne.GroupBy(it => it.Subject))
                {
                    var read = files.Where(it => blobs.ContainsKey(it.Id)).ToLookup(it => it.IsLink, it => KeyValuePair.Create(it.Path, blobs[it.Id]));
                    files.Key.Files = files.Key.Files.Concat(read[false]).ToDictionary(StringComparer.Ordinal);
                    files.Key.Links = files.Key.Links.Concat(read[true].Select(it => KeyValuePair.Create(it.Key, Encoding.UTF8.GetString(it.Value)))).ToDictionary(StringComparer.Ordinal);
                }
            }
            catch (WorldRefusedException refused)
            {
                foreach (var subject in ofOne.Select(it => it.Subject).Distinct())
                    refuse(subject, refused);
            }
        }));
    }
}
