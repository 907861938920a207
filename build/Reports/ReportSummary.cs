using PhasedRollout.Contexts;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports;

/// <summary>Something to do next.</summary>
/// <param name="Text">Why, in a sentence.</param>
/// <param name="Command">What to type, or null.</param>
internal sealed record NextStep(string Text, string? Command);

/// <summary>A common deployment error, and whether it happened here.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Meaning">What it means.</param>
/// <param name="Seen">True, false, or null when the run did not get as far as looking.</param>
/// <param name="Services">The services it was seen at.</param>
internal sealed record CommonError(string Title, string Meaning, bool? Seen, IReadOnlyList<string> Services);

/// <summary>The sentences that the formats for people share.</summary>
internal static class ReportSummary
{
    private static readonly (string Prefix, string Subject)[] Subjects =
    [
        ("Teardown", "Teardown"),
        ("Rollback", "Rollback"),
        ("Deploy", "Deployment"),
        ("HealthCheck", "Health check"),
        ("Preflight", "Preflight"),
        ("Preview", "Preview"),
        ("GeneratePhaseComposes", "Generation of the phase files"),
        ("VerifyContexts", "Verification"),
    ];

    private static readonly (FailureClass Class, string Title, string Meaning)[] SixErrors =
    [
        (FailureClass.BuildContextNotFound, "Build Context Not Found", "the repository, ref or path of a context does not exist on GitHub"),
        (FailureClass.DockerfileMissing, "Dockerfile Missing", "the path exists and holds no Dockerfile"),
        (FailureClass.BuildFailure, "Build Failures", "dependencies or syntax errors in a Dockerfile"),
        (FailureClass.PortConflict, "Port Conflicts", "another container or process already uses the port"),
        (FailureClass.DatabaseUnreachable, "Database Connection", "PostgreSQL or Redis is not reachable, or lacks the database"),
        (FailureClass.NetworkMissing, "Network Issues", "an external network is not there"),
    ];

    /// <summary>What the run was about, such as <c>Deployment</c>.</summary>
    public static string Subject(ReportModel model) =>
        Subjects.FirstOrDefault(subject => model.Targets.Any(target => target.Name.StartsWith(subject.Prefix, StringComparison.Ordinal))).Subject
        ?? "Run";

    /// <summary>The status in two words, such as <c>DEPLOYMENT FAILED</c>.</summary>
    public static string Status(ReportModel model) => $"{Subject(model)} {model.Outcome.Name()}".ToUpperInvariant();

    /// <summary>How far the run came, in a sentence or two.</summary>
    public static string Sentence(ReportModel model)
    {
        var verdicts = $"{Count(model.Services.Count(service => service.Verdict == Verdict.Ready), "service")} ready, "
            + $"{Number(model.Services.Count(service => service.Verdict == Verdict.Blocked))} blocked, "
            + $"{Number(model.Services.Count(service => service.Verdict == Verdict.Unknown))} unknown.";
        if (model.Services.Count == 0)
            return "The compose file could not be read into a rollout.";
        if (model.Phases.All(phase => phase.Outcome == PhaseResult.NotStarted))
            return $"{verdicts} No phase was touched.";

        var passed = model.Phases.Count(phase => phase.Outcome is PhaseResult.Succeeded or PhaseResult.Unchanged);
        var stopped = model.Phases.FirstOrDefault(phase => phase.Outcome is PhaseResult.Failed or PhaseResult.RolledBack);
        var healthy = model.Services.Count(service => service.State == ServiceState.Healthy);
        return $"{Number(passed)} of {Count(model.Phases.Count, "phase")} passed"
            + (stopped is null ? "" : $", phase {Number(stopped.Number)} {stopped.Outcome.Name().Replace('-', ' ')}")
            + $"; {Number(healthy)} of {Count(model.Services.Count, "service")} healthy.";
    }

    /// <summary>What is left to do.</summary>
    public static string Resolution(ReportModel model) => model.Outcome switch
    {
        RunOutcome.Cancelled => "INTERRUPTED",
        RunOutcome.Failed => "OPEN",
        _ when IsAllDeployed(model) => "RESOLVED",
        _ => "IN PROGRESS",
    };

    /// <summary>What to do next; the first step is the first diagnosis' command. Never empty.</summary>
    public static IReadOnlyList<NextStep> NextSteps(ReportModel model)
    {
        List<NextStep> steps = [];
        if (model.Outcome != RunOutcome.Succeeded)
        {
            steps.AddRange(model.Diagnoses.Select(diagnosis => new NextStep(diagnosis.Remedy, diagnosis.NextCommand)).Distinct());
            if (Asked(model) is { } asked && !steps.Exists(step => step.Command == Command(model, asked)))
                steps.Add(new NextStep("Then run the same target again; what is already as asked is not touched.", Command(model, asked)));
            return steps;
        }

        if (IsAllDeployed(model))
        {
            steps.Add(new NextStep("Look at the containers.", $"docker ps --filter label=com.docker.compose.project={model.Project}"));
            steps.Add(new NextStep("Look at their health again, any time.", Command(model, "HealthCheck")));
        }
        else if (Subject(model) == "Teardown")
        {
            steps.Add(new NextStep("Nothing is left to do; this deploys again.", Command(model, "Deploy")));
        }
        else if (Subject(model) is "Verification")
        {
            steps.Add(new NextStep("Every context that can be looked up is there: check the place to deploy to.", Command(model, "Preflight")));
        }
        else
        {
            steps.Add(new NextStep("Deploy every phase; what is already as asked is not touched.", Command(model, "Deploy")));
        }

        var open = model.AllFindings.Count(finding => finding.Accepted is null);
        if (open > 0)
            steps.Add(new NextStep($"Look at {Count(open, "finding")} that did not block.", null));
        return steps;
    }

    /// <summary>The six common errors, then every other kind that this run was diagnosed with.</summary>
    public static IReadOnlyList<CommonError> CommonErrors(ReportModel model)
    {
        var reached = model.Phases.Any(phase => phase.Outcome != PhaseResult.NotStarted);
        var others = model.Diagnoses
            .Select(diagnosis => diagnosis.Failure)
            .Except(SixErrors.Select(error => error.Class).Append(FailureClass.Cancelled))
            .Select(failure => (Class: failure, Title: failure.Title(), Meaning: "not one of the six, and seen here"));

        return [.. SixErrors.Concat(others).Select(error =>
        {
            string?[] services =
            [
                .. model.Diagnoses.Where(diagnosis => diagnosis.Failure == error.Class).Select(diagnosis => diagnosis.Service),
                .. model.AllFindings.Where(finding => finding.Blocks && finding.Failure == error.Class).Select(finding => finding.Service),
            ];
            var looked = error.Class switch
            {
                FailureClass.BuildContextNotFound or FailureClass.DockerfileMissing => model.ContextsVerified,
                FailureClass.BuildFailure => reached,
                _ => model.Ran("Preflight"),
            };
            return new CommonError(
                error.Title, error.Meaning, services.Length > 0 ? true : looked ? false : null, [.. services.OfType<string>().Distinct()]);
        })];
    }

    /// <summary>The answer to "is there a Dockerfile?" in the words of the original diagnosis report.</summary>
    public static string DockerfileAnswer(ReportService service) => service.Source switch
    {
        { Context: null } => "✅ N/A",
        { DockerfileFound: true } => "✅ YES",
        { DockerfileFound: false } => "❌ NO",
        _ => "❓ NOT VERIFIED",
    };

    /// <summary>The context as the table of the original diagnosis report shows it: the path in the repository.</summary>
    public static string ContextAnswer(ReportService service) => service.Source switch
    {
        { Context: null, Image: var image } => $"N/A (pre-built image {image})",
        { Path: { Length: > 0 } path } => path,
        { Context: var context } => context,
    };

    /// <summary>A sign for how a phase ended.</summary>
    public static string Sign(PhaseResult result) => result switch
    {
        PhaseResult.Succeeded or PhaseResult.Unchanged => "✅",
        PhaseResult.Failed or PhaseResult.RolledBack => "❌",
        _ => "⏸",
    };

    /// <summary>A sign for a service's verdict.</summary>
    public static string Sign(Verdict verdict) => verdict switch
    {
        Verdict.Ready => "✅",
        Verdict.Blocked => "❌",
        _ => "❓",
    };

    /// <summary>A duration for a person, such as <c>1 min 05 s</c>.</summary>
    public static string Duration(TimeSpan duration) => duration.TotalSeconds switch
    {
        < 10 => FormattableString.Invariant($"{duration.TotalSeconds:0.0} s"),
        < 60 => FormattableString.Invariant($"{duration.TotalSeconds:0} s"),
        _ => FormattableString.Invariant($"{(int)duration.TotalMinutes} min {duration.Seconds:00} s"),
    };

    /// <summary>A time for a person, in UTC.</summary>
    public static string Time(DateTimeOffset time) => FormattableString.Invariant($"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");

    private static bool IsAllDeployed(ReportModel model) =>
        model.Phases.Count > 0 && model.Phases.All(phase => phase.Outcome is PhaseResult.Succeeded or PhaseResult.Unchanged);

    // What comes after a deployment only looks at it: the deployment is what was asked for.
    private static string? Asked(ReportModel model) =>
        (model.Targets.LastOrDefault(target => target.Name.StartsWith("Deploy", StringComparison.Ordinal))
            ?? model.Targets.LastOrDefault(target => target.Name != "Report"))?.Name;

    private static string Command(ReportModel model, string target) => $"./build.sh {target}{model.Arguments}";

    private static string Count(int count, string noun) => FormattableString.Invariant($"{count} {noun}{(count == 1 ? "" : "s")}");

    private static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
