using System.Globalization;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>VC103, VC110, VC112: the context can be built, and somebody else, or tomorrow's run, may get something else for it.</summary>
internal static class RepositoryRules
{
    private const string Key = "build/context";
    private const int ShownFiles = 5;

    /// <summary>What is worth saying of the repository of a service, as far as it was learned on the way.</summary>
    public static IEnumerable<Finding> Check(VerifiedService service, RepositoryLookup lookup) =>
        service.Service.Build?.Reference is RepositoryContext context && lookup.CommitOf(context) is { } resolved
            ? Check(service.Service, context, resolved, lookup.TraitsOf(context))
            : [];

    /// <summary>The same from what is known.</summary>
    public static IEnumerable<Finding> Check(Service service, RepositoryContext context, ResolvedRef resolved, RepositoryTraits traits) =>
        ((Finding?[])[
            MovingRef(service, context, resolved, traits.BranchesAndTags),
            Renamed(service, context, traits.CurrentName),
            Archived(service, context, traits.IsArchived is true),
            Uncommitted(service, context, traits.WorkTree),
            Unpushed(service, context, traits.WorkTree)]).OfType<Finding>();

    /// <summary>VC103: the ref is there, and another builder may take another commit for it; here the verified one is built.</summary>
    private static Finding? MovingRef(Service service, RepositoryContext context, ResolvedRef resolved, IReadOnlySet<string> both) => context.Ref switch
    {
        null when context is FolderContext => null,
        null => About(
            service, "VC103", Certainty.Hint,
            $"the context names no branch, so the default branch '{resolved.RefName}' of '{context.Repository}' is taken; some builders guess 'master'",
            $"context: {ContextUrl.With(context, resolved.RefName, context.Path)}"),
        { } reference when both.Contains(reference) => About(
            service, "VC103", Certainty.Hint,
            $"'{reference}' is a branch and a tag of '{context.Repository}'; builders may take the other one",
            $"give one of them another name, or name the commit: {ContextUrl.With(context, resolved.Commit, context.Path)}"),
        _ => null,
    };

    private static Finding? Renamed(Service service, RepositoryContext context, RepositoryName? now) => now is null ? null : About(
        service, "VC110", Certainty.Hint,
        $"repository '{context.Repository}' is called '{now}' now; the old name leads there until somebody else takes it",
        $"context: {ContextUrl.With(context, context.Ref, context.Path).Replace($"/{context.Repository}", $"/{now}", StringComparison.OrdinalIgnoreCase)}");

    private static Finding? Archived(Service service, RepositoryContext context, bool isArchived) => isArchived
        ? About(
            service, "VC110", Certainty.Hint,
            $"repository '{context.Repository}' is archived: it can be built, and nothing in it will be corrected any more",
            "the repository in which the work goes on, if there is one")
        : null;

    private static Finding? Uncommitted(Service service, RepositoryContext context, WorkTreeDifference? difference)
    {
        if (difference is not { ChangedCount: > 0 } changed)
            return null;

        var finding = About(
            service, "VC112", Certainty.Likely,
            string.Create(CultureInfo.InvariantCulture,
                $"the folder '{context.Text}' differs from the last commit in {changed.ChangedCount} {(changed.ChangedCount == 1 ? "file" : "files")}: what works here is not what others get"),
            "git add and commit what belongs to it; ignore the rest");
        return finding with { Evidence = [Shown.Safe(TreeFolders.Enumerate(changed.Changed, ShownFiles))] };
    }

    private static Finding? Unpushed(Service service, RepositoryContext context, WorkTreeDifference? difference) => difference is { Unpushed: > 0 } ahead
        ? About(
            service, "VC112", Certainty.Hint,
            string.Create(CultureInfo.InvariantCulture,
                $"{ahead.Unpushed} {(ahead.Unpushed == 1 ? "commit is" : "commits are")} not pushed to '{ahead.Upstream}': '{context.Text}' is not there as it is here"),
            "git push")
        : null;

    private static Finding About(Service service, string rule, Certainty certainty, string message, string suggestion) =>
        Findings.About(service, Key, rule, FailureClass.BuildContextNotFound, certainty, message, suggestion);
}
