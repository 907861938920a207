using PhasedRollout.Compose;
using PhasedRollout.Contexts;
using PhasedRollout.Deployment.Images;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>What keeps a file from being deployed, whatever the target.</summary>
internal static class TextChecks
{
    public static IEnumerable<Finding> Check(Rollout rollout, IReadOnlyList<Phase> phases) =>
        Variables(rollout).Concat(Keys(rollout)).Concat(Contexts(rollout, phases));

    private static IEnumerable<Finding> Variables(Rollout rollout) => rollout.UnsetVariables.Select(variable => Located(
        new Finding(PreflightRules.Variable, FailureClass.InvalidCompose, Certainty.Certain,
            $"{variable.Name} has no value" + (variable.Message is { Length: > 0 } message ? $": {message}" : ""),
            variable.Where, $"set {variable.Name} in the environment or in the file of --env-file"), variable.Location));

    private static IEnumerable<Finding> Keys(Rollout rollout) =>
        rollout.UndeployableKeys.Select(key => (Service: (string?)null, Key: key))
            .Concat(rollout.Services.SelectMany(service => service.UndeployableKeys.Select(key => (Service: (string?)service.Name, Key: key))))
            .Select(found => Located(
                new Finding(PreflightRules.Key, FailureClass.InvalidCompose, Certainty.Certain,
                    $"{found.Key.Path} is valid Compose, and deploying it to an engine is not available yet",
                    found.Key.Path, "remove the key, or deploy this file with docker compose")
                {
                    Service = found.Service,
                }, found.Key.Location));

    private static IEnumerable<Finding> Contexts(Rollout rollout, IReadOnlyList<Phase> phases) =>
        from phase in phases
        from service in phase.Services
        let unverified = service.Source as UnverifiedBuild
        where unverified is not null
        select Located(
            new Finding(PreflightRules.Context, FailureClass.BuildContextNotFound, Certainty.Certain,
                $"the context '{ContextUrl.WithoutPassword(unverified.Context.Text)}' could not be looked up, so no commit of it is verified, and nothing else is deployed"
                    + (service.Service.Build is { } build && EngineContext.Refusal(build) is { } refusal ? $"; accepting that does not help: {refusal}" : ""),
                $"services/{service.Service.Name}/build/context",
                $"give it as https://github.com/<owner>/<repository>.git#<ref>:<path>, or name a pre-built image; --accept {PreflightRules.Context}:{service.Service.Name}=<reason> lets the engine fetch it itself")
            {
                Service = service.Service.Name,
                Accepted = EngineContext.Accepted(rollout, service.Service.Name),
            },
            service.Service.Locations.GetValueOrDefault("build/context") ?? service.Service.Location);

    internal static Finding Located(Finding finding, SourceLocation location) => finding with { File = location.File, Line = location.Line };
}
