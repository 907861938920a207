using System.Collections.Concurrent;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Does what a plan says and decides nothing: one operation, one call.</summary>
internal sealed class OperationRunner(IDeploymentTarget target, Rollout rollout, DeploymentSettings settings, TimeProvider clock, IRunLog log)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> stopped = new(StringComparer.Ordinal);

    private static readonly TimeSpan DependencyPoll = TimeSpan.FromMilliseconds(250);

    /// <summary>When each service was first stopped.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Stopped => stopped;

    /// <summary>Does operations one after the other; between two of them it can be stopped, within one it cannot: a call that was half
    /// waited for would still change the target after it had been looked at.</summary>
    /// <exception cref="OperationFailedException">The target refused one of them.</exception>
    public async Task RunAsync(IEnumerable<Operation> operations, CancellationToken cancellationToken)
    {
        foreach (var operation in operations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await RunAsync(operation, cancellationToken);
        }
    }

    /// <summary>Does the operations of different services side by side, those of one service in order.</summary>
    /// <exception cref="OperationFailedException">The target refused one of them.</exception>
    public async Task RunByServiceAsync(IReadOnlyList<Operation> operations, CancellationToken cancellationToken)
    {
        await RunAsync(operations.Where(operation => operation.Service is null), cancellationToken);
        await Workers.RunAsync(
            [.. operations.Where(operation => operation.Service is not null).GroupBy(operation => operation.Service)],
            settings.Parallelism,
            async (service, token) =>
            {
                await RunAsync(service, token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Starts services, each after those of the phase that it depends on.</summary>
    /// <exception cref="OperationFailedException">The target refused one of them, or a dependency did not get there.</exception>
    public async Task RunInOrderAsync(IReadOnlyList<Operation> operations, CancellationToken cancellationToken)
    {
        var waiting = operations.GroupBy(operation => operation.Service!).ToList();
        while (waiting.Count > 0)
        {
            var names = waiting.Select(service => service.Key).ToHashSet(StringComparer.Ordinal);
            var ready = waiting.Where(service => rollout[service.Key].DependsOn.All(dependency => !names.Contains(dependency.Service))).ToArray();
            // A cycle gets here only when its finding is accepted; the phase's own order cuts it.
            if (ready.Length == 0)
                ready = [waiting[0]];
            await RunByServiceAsync([.. ready.SelectMany(service => service)], cancellationToken);
            waiting.RemoveAll(ready.Contains);
        }
    }

    private async Task RunAsync(Operation operation, CancellationToken cancellationToken)
    {
        log.Information($"{operation}");
        if (operation is StopContainer { Service: { } service })
            stopped.TryAdd(service, clock.GetUtcNow());
        try
        {
            var caused = target.Because(operation.Cause);
            await (operation switch
            {
                CreateNetwork create => caused.CreateNetworkAsync(create.Network, CancellationToken.None),
                CreateVolume create => caused.CreateVolumeAsync(create.Volume, CancellationToken.None),
                CreatePlaceholder create => caused.CreatePlaceholderAsync(create.Name, create.Image, create.Labels, CancellationToken.None),
                CreateContainer { Container.CopyOf: not null } restore =>
                    caused.RestoreContainerAsync(restore.Container, restore.InheritedVolumes, CancellationToken.None),
                CreateContainer create => caused.CreateContainerAsync(create.Container, create.InheritedVolumes, CancellationToken.None),
                ConnectNetwork connect => caused.ConnectNetworkAsync(connect.Container, connect.Network, CancellationToken.None),
                RenameContainer rename => caused.RenameContainerAsync(rename.Container, rename.To, CancellationToken.None),
                StopContainer stop => caused.StopContainerAsync(stop.Container, CancellationToken.None),
                StartContainer start => caused.StartContainerAsync(start.Container, CancellationToken.None),
                RemoveContainer remove => caused.RemoveContainerAsync(remove.Container, remove.Volumes, CancellationToken.None),
                TagImage tag => caused.TagImageAsync(tag.Image, tag.Reference, CancellationToken.None),
                KeepContainer keep => caused.KeepContainerAsync(keep.Container, keep.Name, keep.Image, keep.Labels, CancellationToken.None),
                RemoveImage remove => caused.RemoveImageAsync(remove.Reference, CancellationToken.None),
                AwaitDependency wait => AwaitAsync(wait, cancellationToken),
                _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "not an operation"),
            });
        }
        catch (TargetRefusedException refused)
        {
            throw new OperationFailedException(new OperationRefused(operation.Service ?? "", operation.Title, refused.Error) { IsGone = IsGone(operation, refused.Error) });
        }
    }

    // Of a container that another one needs the engine says so with more words around it, or when that one is created.
    private static bool IsGone(Operation operation, string error) =>
        operation is StartContainer or StopContainer or RenameContainer or ConnectNetwork or KeepContainer
        && error.StartsWith("No such container: ", StringComparison.OrdinalIgnoreCase);

    private async Task AwaitAsync(AwaitDependency wait, CancellationToken cancellationToken)
    {
        var container = rollout[wait.Dependency.Service].ContainerNameIn(rollout.Project);
        var started = clock.GetTimestamp();
        while (true)
        {
            var status = await target.InspectContainerAsync(container, cancellationToken);
            if (status is null && !wait.Dependency.Required)
                return;
            if (status is null)
                throw Failed("it is not deployed");

            switch (wait.Dependency.Condition)
            {
                case DependencyCondition.Healthy when status is { State: "running", Health: "healthy" }:
                case DependencyCondition.CompletedSuccessfully when status is { State: "exited", ExitCode: 0 }:
                    return;
                case DependencyCondition.Healthy when status is { State: "running", Health: null }:
                    throw Failed("it has no health check, so it can never become healthy");
                case DependencyCondition.CompletedSuccessfully when status.State == "exited":
                    throw Failed(FormattableString.Invariant($"it ended with exit code {status.ExitCode}"));
                case DependencyCondition.Healthy when status.State is "exited" or "dead":
                    throw Failed(FormattableString.Invariant($"it is {status.State}, exit code {status.ExitCode}"));
            }

            if (clock.GetElapsedTime(started) > settings.Gate.HealthyDeadline)
                throw Failed($"it did not get there within {settings.Gate.HealthyDeadline}; last seen {status.State}, {status.Health ?? "no health check"}");
            await Task.Delay(DependencyPoll, clock, cancellationToken);
        }

        OperationFailedException Failed(string reason) => new(new OperationRefused(wait.Service!, wait.Title,
            $"'{wait.Service}' waits for '{wait.Dependency.Service}' to be {Word(wait.Dependency.Condition)}: {reason}")
        {
            Dependency = new ServiceHealth(wait.Dependency.Service, ServiceState.Failed, reason, []),
        });
    }

    private static string Word(DependencyCondition condition) => condition switch
    {
        DependencyCondition.Healthy => "healthy",
        DependencyCondition.CompletedSuccessfully => "completed successfully",
        _ => "started",
    };
}

/// <summary>The target refused an operation; the facts travel to the phase's outcome.</summary>
internal sealed class OperationFailedException(OperationRefused refusal) : Exception(refusal.Error)
{
    /// <summary>The facts.</summary>
    public OperationRefused Refusal { get; } = refusal;
}
