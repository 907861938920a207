using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>VC510: a database's image has the variables that its entrypoint demands before it makes a database. Whether there is one already is seen on the target
/// only: Preflight looks there.</summary>
internal sealed class FirstStartRules : IRolloutRule
{
    /// <summary>The rule's id.</summary>
    public const string Id = "VC510";

    public IEnumerable<Finding> Check(Rollout rollout) =>
        from service in rollout.Services
        let found = FirstStart.Of(rollout, service, isFinal: false)
        where found is not null
        select About(service, found, Judge(rollout, service, found), ", unless a database is there from before").At(ComposeText.OfVariable(rollout, service.Name, found.Variable));

    /// <summary>A finding about it.</summary>
    public static Finding About(Service service, FirstStart found, Certainty certainty, string restriction) => Findings.About(
        service, $"environment/{found.Variable}", Id, RuleCatalog.Find(Id)!.Failure, certainty, found.Message + (certainty == Certainty.Certain ? "" : restriction), found.Suggestion);

    // What is kept in memory is always new.
    private static Certainty Judge(Rollout rollout, Service service, FirstStart found) => service.HasUnreadEnvFile ? Certainty.Hint
        : found.IsProven && !BroughtFiles.MayHide(rollout, service) && service.Mounts.Any(mount => mount.Type == "tmpfs" && (mount.Target.TrimEnd('/') == found.Folder.TrimEnd('/')
            || found.Folder.StartsWith($"{mount.Target.TrimEnd('/')}/", StringComparison.Ordinal))) && !found.MountsOfData(service).Any() ? Certainty.Certain
        : Certainty.Likely;
}
