using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis;

/// <summary>Turns what was seen into why it failed: one sentence that stands alone, its evidence, what to do, and the next command. The root comes first.</summary>
public static class Diagnostician
{
    private static readonly string[] DockerfileWords =
        ["FROM", "RUN", "COPY", "USER", "WORKDIR", "step", "stage", "the line", "that line", "in the image"];


    private const int LinesShown = 12;

    // What many services stand on comes before what only one does.
    private static readonly FailureClass[] CommonGround =
    [
        FailureClass.EngineUnreachable, FailureClass.GitHubUnavailable, FailureClass.LockHeld, FailureClass.InvalidCompose,
        FailureClass.DiskFull, FailureClass.NetworkMissing, FailureClass.CredentialsRejected, FailureClass.DatabaseUnreachable,
    ];

    /// <summary>The command that runs <paramref name="target"/>.</summary>
    public static string CommandFor(string target) => $"./build.sh {target}";

    /// <summary>The causes in the findings that block.</summary>
    /// <param name="findings">What a station found.</param>
    /// <param name="target">The target to run again when the remedy was followed, such as <c>VerifyContexts</c>.</param>
    public static IReadOnlyList<FailureDiagnosis> FromFindings(IEnumerable<Finding> findings, string target) =>
        [.. findings.Where(finding => finding.Blocks).Select(finding => FromFinding(finding, target)).Distinct(new SameCause())
            .OrderBy(diagnosis => Array.IndexOf(CommonGround, diagnosis.Failure) is >= 0 and var place ? place : CommonGround.Length)];

    /// <summary>Why a phase failed; empty when it did not.</summary>
    /// <param name="outcome">How the phase ended.</param>
    /// <param name="services">The services of the rollout.</param>
    /// <param name="target">The target to run again; null means the one of the phase.</param>
    /// <param name="later">The names of the services that only a later phase deploys; null when that is not known.</param>
    public static IReadOnlyList<FailureDiagnosis> FromPhase(
        PhaseOutcome outcome, IReadOnlyList<Service> services, string? target = null, IReadOnlyCollection<string>? later = null)
    {
        var again = CommandFor(target ?? Deploys(outcome.Phase));
        IReadOnlyList<FailureDiagnosis> diagnoses = outcome.Failure switch
        {
            null => [],
            BuildFailed failure => [OfBuild(failure, again)],
            PullFailed failure => [OfPull(failure, again)],
            OperationRefused failure => [OfRefusal(failure, again)],
            GateFailed failure => GateDiagnosis.Of(failure, services, later ?? [], again),
            EarlierPhaseUnhealthy failure => [OfEarlierPhase(failure, outcome.Phase)],
            VersionNotKept failure => [OfLostVersion(failure, outcome.Phase)],
            TargetLost failure => [new(failure.Class, null, PlainText.Line(failure.Message, 500), Shown([failure.Message]), failure.Remedy, again)],
            DeploymentCancelled => [Cancelled(again, FormattableString.Invariant($"phase {outcome.Phase} was being deployed"))],
            var other => [new(FailureClass.Unknown, null, FormattableString.Invariant($"phase {outcome.Phase} failed: {other.GetType().Name}"), [], "see the evidence of the run", again)],
        };
        if (diagnoses.Count == 0 && outcome.Failure is not null)
            diagnoses = [new(FailureClass.Unknown, null, FormattableString.Invariant($"phase {outcome.Phase} did not pass its gate, and no service shows why"), [], "deploy it again; the gate says what it waits for", again)];

        return outcome.Failure is { Undo.Count: > 0 } undone
            ? [diagnoses[0] with { Evidence = [.. diagnoses[0].Evidence, .. undone.Undo.Select(line => $"undo: {PlainText.Line(line, 400)}")] }, .. diagnoses.Skip(1)]
            : diagnoses;
    }

    /// <summary>Why a target ended with <paramref name="exception"/>.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="target">The target that threw it.</param>
    public static IReadOnlyList<FailureDiagnosis> FromException(Exception exception, string target)
    {
        var again = CommandFor(target);
        return exception switch
        {
            InvalidInputException wrong => [.. wrong.Problems.Select(problem => new FailureDiagnosis(
                FailureClass.InvalidCompose, null, PlainText.Line($"{problem.Where}: {problem.What}", 500), [PlainText.Line(problem.ToString(), 800)], problem.Remedy, again))],
            TargetRefusedException refusal when Outputs.OfRefusal(refusal.Service, refusal.Error) is { } symptom => [new(
                symptom.Failure, refusal.Service, PlainText.Line($"{target}: {symptom.What}", 500), Shown([refusal.Message]), symptom.Remedy, symptom.NextCommand ?? again)
            {
                SubCause = symptom.SubCause,
                Certainty = symptom.Certainty,
            }],
            WorldRefusedException refusal => [new(
                refusal.Failure,
                refusal.Service,
                PlainText.Line(FirstLine(refusal.Message), 500),
                Shown(refusal.Evidence),
                refusal.Remedy,
                refusal.Failure switch
                {
                    FailureClass.EngineUnreachable => "docker version",
                    FailureClass.LockHeld => $"{again} --wait-for-lock 10m",
                    _ => again,
                })
            {
                Certainty = Certainty.Certain,
            }],
            OperationCanceledException => [Cancelled(again, $"{target} was running")],
            AggregateException { InnerExceptions: [var only] } => FromException(only, target),
            _ => [new(
                FailureClass.Unknown,
                null,
                PlainText.Line($"{target} ended with an error that nobody foresaw: {FirstLine(exception.Message)}", 500),
                Shown([exception.GetType().FullName ?? exception.GetType().Name, .. (exception.StackTrace ?? "").Split('\n').Take(5)]),
                "this is a fault of the tool: please report it with these lines",
                $"{again} --verbosity verbose")],
        };
    }

    private static FailureDiagnosis FromFinding(Finding finding, string target)
    {
        var named = finding.Service is null || finding.Message.Contains(finding.Service, StringComparison.Ordinal);
        var place = finding.File is null ? finding.Where : FormattableString.Invariant($"{finding.File}{(finding.Line is { } line ? $":{line}" : "")}: {finding.Where}");
        return new FailureDiagnosis(
            finding.Failure,
            finding.Service,
            PlainText.Line(named ? finding.Message : $"{finding.Service}: {finding.Message}", 500),
            Shown([$"{finding.Rule} at {place}", .. finding.Evidence]),
            finding.Suggestion,
            finding.NextCommand ?? CommandFor(target))
        {
            Certainty = finding.Certainty,
        };
    }

    private static FailureDiagnosis OfBuild(BuildFailed failure, string again)
    {
        var symptom = Outputs.OfBuild(failure);
        var step = failure.Step is null ? "" : $" at {PlainText.Line(failure.Step, 120)}";
        return new FailureDiagnosis(
            symptom.Failure,
            failure.Service,
            PlainText.Line($"{failure.Service}: its image could not be built{step}: {symptom.What}", 500),
            Shown([$"{failure.Source}, {failure.Dockerfile}", .. failure.Step is null ? Array.Empty<string>() : [failure.Step], $"decisive: {symptom.Line}", .. failure.Log.TakeLast(LinesShown), $"builder: {failure.Error}"]),
            InRepository(symptom, failure.Dockerfile),
            symptom.NextCommand ?? again)
        {
            SubCause = symptom.SubCause,
            Certainty = symptom.Certainty,
        };
    }

    // What is mended in the repository must be pushed before it is built again; where the words speak of the Dockerfile, they say which.
    private static string InRepository(Symptom symptom, string dockerfile)
    {
        if (symptom.Failure != FailureClass.BuildFailure || symptom.SubCause == "package-index-unreachable")
            return symptom.Remedy;

        var place = DockerfileWords.Any(word => symptom.Remedy.Contains(word, StringComparison.Ordinal)) ? $" ({dockerfile})" : "";
        return $"{symptom.Remedy}{place}{(symptom.Remedy.EndsWith("push it", StringComparison.Ordinal) ? "" : ", and push it")}";
    }

    private static FailureDiagnosis OfPull(PullFailed failure, string again)
    {
        var symptom = Outputs.OfPull(failure.Service, failure.Image, failure.Error);
        return new FailureDiagnosis(
            symptom.Failure, failure.Service, $"{failure.Service}: {symptom.What}", Shown([$"engine: {failure.Error}"]), symptom.Remedy, symptom.NextCommand ?? again)
        {
            SubCause = symptom.SubCause,
            Certainty = symptom.Certainty,
        };
    }

    private static FailureDiagnosis OfRefusal(OperationRefused failure, string again)
    {
        var symptom = failure.IsGone ? Gone(failure) : Outputs.OfRefusal(failure.Service, failure.Error)
            ?? new Symptom(FailureClass.Unknown, $"the engine refused {failure.Operation}: {PlainText.Line(failure.Error, 300)}", "correct what the engine's answer says", failure.Error);
        return new FailureDiagnosis(
            symptom.Failure,
            failure.Service,
            PlainText.Line($"{failure.Service}: {symptom.What}", 500),
            Shown([failure.Operation, $"engine: {failure.Error}", .. failure.Surroundings]),
            symptom.Remedy,
            symptom.NextCommand ?? again)
        {
            SubCause = symptom.SubCause,
            Certainty = symptom.Certainty,
        };
    }

    private static Symptom Gone(OperationRefused failure) => new(
        FailureClass.Unknown,
        $"its container was removed while it was being deployed, and not by this run ({failure.Operation})",
        "see who else changes this project (docker compose down or up, docker rm, a clean-up job), and deploy it again",
        failure.Error)
    {
        SubCause = "container-gone",
        Certainty = Certainty.Certain,
        NextCommand = null,
    };

    private static FailureDiagnosis OfEarlierPhase(EarlierPhaseUnhealthy failure, int phase)
    {
        var ailing = failure.Services.Where(service => service.State is not (ServiceState.Healthy or ServiceState.RunningUnverified)).ToList();
        return new FailureDiagnosis(
            FailureClass.Unhealthy,
            ailing.Count > 0 ? ailing[0].Service : null,
            PlainText.Line(FormattableString.Invariant($"phase {phase} was not begun: phase {failure.EarlierPhase} is not healthy ({string.Join("; ", ailing.Select(service => $"{service.Service}: {service.Reason}"))})"), 500),
            Shown([.. ailing.Select(service => $"{service.Service}: {service.State}: {service.Reason}")]),
            FormattableString.Invariant($"deploy phase {failure.EarlierPhase} again and let it pass its gate first"),
            CommandFor(Deploys(failure.EarlierPhase)));
    }

    private static FailureDiagnosis OfLostVersion(VersionNotKept failure, int phase) => new(
        FailureClass.Unknown,
        failure.Missing[0],
        PlainText.Line(FormattableString.Invariant($"phase {phase} cannot go back: what ran before its last change is not kept of {string.Join(", ", failure.Missing)}; nothing was touched"), 500),
        Shown(
        [
            FormattableString.Invariant($"change {failure.Version} of phase {phase}: kept of {(failure.Kept.Count == 0 ? "no service" : string.Join(", ", failure.Kept))}, not of {string.Join(", ", failure.Missing)}"),
            "what is kept goes when newer versions are, and with docker rm or docker container prune",
        ]),
        FormattableString.Invariant($"deploy phase {phase} from the commit or the compose file that worked")
            + (failure.OtherPhase is { } other ? FormattableString.Invariant($"; phase {other} alone goes back with {CommandFor("Rollback")} --phase {other}") : ""),
        CommandFor(Deploys(phase)))
    {
        Certainty = Certainty.Certain,
    };

    private static FailureDiagnosis Cancelled(string again, string during) => new(
        FailureClass.Cancelled, null, $"somebody stopped the run while {during}", [], "run it again: it goes on from what is there", again);

    // Only four phases have a target of their own.
    private static string Deploys(int phase) => phase <= 4 ? FormattableString.Invariant($"DeployPhase{phase}") : "Deploy";

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd();

    private static IReadOnlyList<string> Shown(IReadOnlyList<string> lines) =>
        [.. lines.Select(line => PlainText.Line(line, 500)).Where(line => line.Length > 0).Distinct()];

    private sealed class SameCause : IEqualityComparer<FailureDiagnosis>
    {
        public bool Equals(FailureDiagnosis? x, FailureDiagnosis? y) =>
            x is not null && y is not null && (x.Failure, x.Service, x.Cause) == (y.Failure, y.Service, y.Cause);

        public int GetHashCode(FailureDiagnosis obj) => HashCode.Combine(obj.Failure, obj.Service, obj.Cause);
    }
}
