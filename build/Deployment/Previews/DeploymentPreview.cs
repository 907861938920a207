using PhasedRollout.Contexts;
using PhasedRollout.Deployment.Images;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Previews;

/// <summary>Says what a deployment would do, by the planner that decides it, and changes nothing.</summary>
public sealed class DeploymentPreview(ITargetObserver target, DeploymentSettings settings)
{
    /// <summary>Looks at the target and plans each phase as if those before it were deployed.</summary>
    /// <param name="rollout">The stack.</param>
    /// <param name="phases">Every phase of it.</param>
    /// <param name="number">The only phase to show; null for all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    public async Task<IReadOnlyList<PhasePreview>> LookAsync(
        Rollout rollout, IReadOnlyList<Phase> phases, int? number, CancellationToken cancellationToken)
    {
        var observed = await new TargetSnapshot(target).TakeAsync(rollout.Project, cancellationToken);
        var previews = new List<PhasePreview>();
        foreach (var phase in phases.Where(phase => number is null || phase.Number == number).OrderBy(phase => phase.Number))
        {
            var foreseen = await Task.WhenAll(phase.Services.Select(service => ForeseeAsync(rollout, service, observed, cancellationToken)));
            var wanted = phase.Services.Zip(foreseen)
                .Where(pair => pair.Second.Image is not null)
                .Select(pair => WantedService.From(rollout, phase.Number, pair.First, pair.Second.Image!, settings)).ToArray();
            var plan = DeploymentPlanner.Plan(
                rollout.Project, wanted, ProjectResources.Networks(rollout, phase), ProjectResources.Volumes(rollout, phase), observed, settings.RunMark,
                (phase.Number, settings.KeepVersions));
            previews.Add(Preview(phase, foreseen, plan, DeploymentPlanner.ForeignNames(rollout.Project, wanted, observed)));
            observed = With(observed, plan);
        }

        return previews;
    }

    private static PhasePreview Preview(
        Phase phase, IReadOnlyList<ForeseenImage> images, DeploymentPlan plan, IReadOnlyList<(WantedService Service, DeployedContainer Holder)> foreign)
    {
        var services = phase.Services.Zip(images).Select(pair => pair switch
        {
            ({ Service.Name: var name }, { Image: null, Cause: var cause }) => new ServicePreview(name, "blocked", cause),
            ({ Service.Name: var name }, _) when foreign.FirstOrDefault(other => other.Service.Service.Name == name) is { Holder: { } holder } =>
                new ServicePreview(name, "blocked", DeploymentPlanner.ForeignName(holder)),
            ({ Service.Name: var name }, _) => new ServicePreview(name, Verb(plan, name), plan.Causes[name]) { How = plan.Replacements.GetValueOrDefault(name)?.ToString() },
        });
        return new PhasePreview(phase.Number, phase.Title, [.. services],
        [
            .. phase.Services.Zip(images).Where(pair => pair.Second.Operation is not null)
                .Select(pair => new OperationPreview("image", pair.Second.Operation!, pair.First.Service.Name, pair.Second.Subject, pair.Second.Cause)),
            .. plan.Prepare.Concat(plan.KeepFirst).Select(operation => Line("prepare", operation)),
            .. plan.Trial.Select(operation => Line("trial", operation)),
            .. plan.EndTrial.Concat(plan.Switch).Select(operation => Line("switch", operation)),
            .. plan.HandOver.Concat(plan.KeepLast).Concat(plan.Settle).Select(operation => Line("after the gate", operation)),
        ]);
    }

    private static string Verb(DeploymentPlan plan, string service) => plan.Changes[service] switch
    {
        ServiceChange.Created => "create",
        ServiceChange.Replaced => "replace",
        _ when plan.Switch.OfType<StartContainer>().Any(start => start.Service == service) => "start",
        _ => "keep",
    };

    private static OperationPreview Line(string step, Operation operation) =>
        new(step, operation.GetType().Name, operation.Service, operation.Subject, operation.Cause);

    // What one phase makes, the next finds.
    private static ObservedState With(ObservedState observed, DeploymentPlan plan) => observed with
    {
        Networks =
        [
            .. observed.Networks,
            .. plan.Prepare.OfType<CreateNetwork>().Select(create => new DeployedNetwork("", create.Network.Name, create.Network.Driver ?? "", "", false, create.Network.Labels)),
        ],
        Volumes = [.. observed.Volumes, .. plan.Prepare.OfType<CreateVolume>().Select(create => new DeployedVolume(create.Volume.Name, create.Volume.Labels))],
    };

    private async Task<ForeseenImage> ForeseeAsync(Rollout rollout, PhaseService service, ObservedState observed, CancellationToken cancellationToken)
    {
        switch (service.Source)
        {
            case PinnedBuild build:
                var fingerprint = BuildFingerprint.Of(service.Service, build, BuildFingerprint.Values(service.Service.Build!.Arguments, settings.Variables));
                var tag = BuildFingerprint.Tag(rollout.Project, service.Service.Name, fingerprint);
                var built = await target.FindImageAsync(tag, cancellationToken);
                if (built?.Labels.GetValueOrDefault(RolloutLabels.Fingerprint) == fingerprint)
                    return new ForeseenImage(new PreparedImage(tag, built.Id, fingerprint), null, "", "");

                var runs = DeploymentPlanner.Of(rollout.Project, service.Service.Name, observed).Any(container => container.IsOurs);
                return new ForeseenImage(new PreparedImage(tag, "", fingerprint), "BuildImage", tag,
                    runs ? "what it is built from changed" : "it is not built yet");

            case PinnedImage { Pinned: var reference } pinned:
                var image = await target.FindImageAsync(reference, cancellationToken);
                var policy = service.Service.PullPolicy;
                return (image, policy) switch
                {
                    (null, "never") => new ForeseenImage(null, null, reference, $"the image '{reference}' is not on the target, and pull_policy is never"),
                    (null, _) => new ForeseenImage(new PreparedImage(reference, "", "not pulled yet"), "PullImage", reference, "it is not on the target"),
                    (_, "always") when pinned.Digest is null => new ForeseenImage(new PreparedImage(reference, image.Id, image.Id), "PullImage", reference, "pull_policy is always; another image may come"),
                    _ => new ForeseenImage(new PreparedImage(reference, image.Id, image.Id), null, "", ""),
                };

            case UnverifiedBuild when service.Service.Build is { } definition && EngineContext.Accepted(rollout, service.Service.Name) is not null && EngineContext.Refusal(definition) is null:
                var place = ContextUrl.WithoutPassword(definition.Context);
                return new ForeseenImage(new PreparedImage(place, "", "not fetched yet"), "BuildImage", place, "what the engine will fetch is not known: another image may come");

            default:
                return new ForeseenImage(null, null, "", PhaseImages.Unverified(rollout, service.Service));
        }
    }

    /// <summary>An image as it would be when its service is deployed.</summary>
    private sealed record ForeseenImage(PreparedImage? Image, string? Operation, string Subject, string Cause);
}

/// <summary>What a phase would change.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Title">Its title.</param>
/// <param name="Services">What would become of each of its services.</param>
/// <param name="Operations">Every operation, in order.</param>
public sealed record PhasePreview(int Number, string Title, IReadOnlyList<ServicePreview> Services, IReadOnlyList<OperationPreview> Operations)
{
    /// <summary>True when the phase is as asked.</summary>
    public bool IsNothing => Operations.Count == 0 && Services.All(service => service.Change == "keep");
}

/// <summary>What would become of a service.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Change"><c>create</c>, <c>replace</c>, <c>start</c>, <c>keep</c>, or <c>blocked</c> when it could not be deployed.</param>
/// <param name="Cause">Why.</param>
public sealed record ServicePreview(string Service, string Change, string Cause)
{
    /// <summary>How what runs is replaced: <c>beside the running one</c>, or <c>after stopping what runs, since …</c>; null when nothing that runs is.</summary>
    public string? How { get; init; }
}

/// <summary>An operation that a deployment would do.</summary>
/// <param name="Step"><c>image</c>, <c>prepare</c>, <c>trial</c>, <c>switch</c> or <c>after the gate</c>.</param>
/// <param name="Operation">Its name, such as <c>StartContainer</c>.</param>
/// <param name="Service">The service it is for; null for networks and volumes.</param>
/// <param name="Subject">What it is done to.</param>
/// <param name="Cause">Why.</param>
public sealed record OperationPreview(string Step, string Operation, string? Service, string Subject, string Cause);
