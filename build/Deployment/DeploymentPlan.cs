namespace PhasedRollout.Deployment;

/// <summary>What a phase does to the target, step by step. Until <see cref="Switch"/> nothing that runs is touched.</summary>
/// <param name="Prepare">Makes everything that is new, beside what runs; what runs is only renamed.</param>
/// <param name="Switch">Stops what ran and starts what is new, dependencies first; what is replaced beside its old container stops nothing.</param>
/// <param name="Settle">After the gate: removes what was kept to go back to.</param>
/// <param name="Changes">What becomes of each service.</param>
public sealed record DeploymentPlan(
    IReadOnlyList<Operation> Prepare,
    IReadOnlyList<Operation> Switch,
    IReadOnlyList<Operation> Settle,
    IReadOnlyDictionary<string, ServiceChange> Changes)
{
    /// <summary>After <see cref="Prepare"/>: starts what takes a place beside a running container once under no name that anybody asks for.</summary>
    public IReadOnlyList<Operation> Trial { get; init; } = [];

    /// <summary>After everything on trial was healthy, before <see cref="Switch"/>: ends the trial.</summary>
    public IReadOnlyList<Operation> EndTrial { get; init; } = [];

    /// <summary>After the gate: hands the names over from what ran to what was started beside it.</summary>
    public IReadOnlyList<Operation> HandOver { get; init; } = [];

    /// <summary>Keeps what a rollback needs, and forgets the versions that are too many.</summary>
    public IReadOnlyList<Operation> Keep { get; init; } = [];

    /// <summary>Of <see cref="Keep"/>, after <see cref="Prepare"/>: from then on there are two containers of a service, and others, such as
    /// <c>docker compose up</c>, may take both.</summary>
    public IReadOnlyList<Operation> KeepFirst => [.. Keep.Where(IsFirst)];

    /// <summary>The rest of <see cref="Keep"/>, after the gate and before <see cref="Settle"/>: what is kept no longer.</summary>
    public IReadOnlyList<Operation> KeepLast => [.. Keep.Where(operation => !IsFirst(operation))];

    /// <summary>Why of each service becomes what becomes of it.</summary>
    public IReadOnlyDictionary<string, string> Causes { get; init; } = new Dictionary<string, string>();

    /// <summary>Of each service whose running container is replaced: how.</summary>
    public IReadOnlyDictionary<string, Replacement> Replacements { get; init; } = new Dictionary<string, Replacement>();

    /// <summary>True when everything is as asked.</summary>
    public bool IsEmpty => Prepare.Count == 0 && Switch.Count == 0 && Settle.Count == 0;

    /// <summary>True for a service that is replaced while its old container goes on answering.</summary>
    public bool IsBeside(string service) => Replacements.GetValueOrDefault(service) is { IsBeside: true };

    /// <summary>One line an operation, the gates between the steps.</summary>
    public override string ToString() => string.Join('\n',
    [
        .. Lines(Prepare, KeepFirst, Trial),
        .. Trial.Count > 0 ? ["-- trial --"] : Array.Empty<string>(),
        .. Lines(EndTrial, Switch),
        .. KeepLast.Count + HandOver.Count + Settle.Count > 0 ? ["-- gate --"] : Array.Empty<string>(),
        .. Lines(HandOver, KeepLast, Settle),
    ]);

    private static bool IsFirst(Operation operation) => operation is TagImage or KeepContainer or CreatePlaceholder;

    private static IEnumerable<string> Lines(params IReadOnlyList<Operation>[] steps) =>
        steps.SelectMany(step => step).Select(operation => operation.ToString());
}

/// <summary>How a running container is replaced.</summary>
/// <param name="StopsFirst">Why it must stop before the new one starts; null when the new one starts beside it.</param>
public sealed record Replacement(string? StopsFirst)
{
    /// <summary>True when the old container answers until the new one is healthy.</summary>
    public bool IsBeside => StopsFirst is null;

    /// <summary>For people, after <c>replace web</c>.</summary>
    public override string ToString() => StopsFirst is { } reason ? $"after stopping what runs, since {reason}" : "beside the running one";
}
