using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using PhasedRollout.Deployment;
using PhasedRollout.Reports;
using PhasedRollout.Reports.Hosts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>What the user wants told on GitHub.</summary>
/// <param name="Environment">The environment of the Deployment, or null for none.</param>
/// <param name="Comment">A pull request's number, <c>auto</c>, or null for no comment.</param>
/// <param name="Variables">The environment of the process; GitHub Actions names the repository, commit and pull request there.</param>
public sealed record GitHubNoticeSettings(string? Environment, string? Comment, IReadOnlyDictionary<string, string> Variables);

/// <summary>Tells GitHub of a run while it goes on and when it has ended. What GitHub refuses is a warning: it never fails a deployment.</summary>
/// <param name="settings">What is wanted.</param>
/// <param name="reports">GitHub; null when there is no token.</param>
/// <param name="redactor">What knows the secrets.</param>
/// <param name="log">Where refusals are told.</param>
public sealed partial class GitHubNotices(GitHubNoticeSettings settings, IGitHubReports? reports, Redactor redactor, IRunLog log)
{
    // GitHub's limits: 140 characters for a description, 65,536 for a comment.
    private const int LongestDescription = 140;
    private const int LongestComment = 60_000;

    private readonly ReportText text = new(redactor);
    private GitHubPlace? place;
    private long? deployment;
    private readonly HashSet<Notice> refused = [];
    private bool isDown;

    /// <summary>A phase begins; the first one makes the Deployment.</summary>
    public Task PhaseBeginsAsync(RunRecord soFar, int number, string title, int of, CancellationToken cancellationToken) =>
        settings.Environment is not { } environment ? Task.CompletedTask : TryAsync(Notice.Deployment, async github =>
        {
            if (PlaceOf(soFar) is not { } found)
                return;

            deployment ??= await github.CreateDeploymentAsync(
                found, environment, Short($"{soFar.Project ?? soFar.Rollout?.Project}: {Phases(of)}, run {soFar.Id}"), cancellationToken);
            await github.SetDeploymentStatusAsync(
                found, deployment.Value, GitHubState.InProgress, Short(FormattableString.Invariant($"Phase {number} of {of}, {title}: deploying")), cancellationToken);
        });

    /// <summary>A phase has ended.</summary>
    /// <remarks>Also of a run that somebody stopped: GitHub is told what became of it.</remarks>
    public Task PhaseEndedAsync(PhaseOutcome outcome, string title, int of) =>
        deployment is not { } id || place is not { } found ? Task.CompletedTask : TryAsync(Notice.Deployment, github => github.SetDeploymentStatusAsync(
            found,
            id,
            outcome.Failure is null ? GitHubState.InProgress : GitHubState.Failure,
            Short(FormattableString.Invariant($"Phase {outcome.Phase} of {of}, {title}: {outcome.Result.Name().Replace('-', ' ')}")),
            CancellationToken.None));

    /// <summary>The run has ended: the Deployment's last status, the commit's, and the comment.</summary>
    internal async Task EndedAsync(ReportModel model, RunRecord record, CancellationToken cancellationToken)
    {
        if (settings is { Environment: null, Comment: null })
            return;

        var state = model.Outcome switch
        {
            RunOutcome.Succeeded => GitHubState.Success,
            RunOutcome.Cancelled => GitHubState.Error,
            _ => GitHubState.Failure,
        };
        var sentence = Short(model.Diagnoses is [var first, ..] ? $"{first.Failure.Name()}: {first.Cause}" : ReportSummary.Sentence(model));
        // Each by itself: a token that may write comments need not be one that may write statuses.
        await TryAtTheEndAsync(Notice.Deployment, async (github, found) =>
        {
            if (deployment is { } id)
                await github.SetDeploymentStatusAsync(found, id, state, sentence, cancellationToken);
        }, record);
        await TryAtTheEndAsync(Notice.CommitStatus, async (github, found) =>
        {
            if (settings.Environment is { } environment)
                await github.SetCommitStatusAsync(found, $"phased-rollout/{environment}", state, sentence, cancellationToken);
        }, record);
        await TryAtTheEndAsync(Notice.Comment, async (github, found) =>
        {
            if (PullRequest() is { } number)
            {
                var marker = Marker(model);
                await github.WriteCommentAsync(found, number, marker, Cut($"{marker}\n{StepSummary.Render(model)}"), cancellationToken);
            }
        }, record);
    }

    // When the run has ended, what could not be told before is tried once more: no Deployment stays in progress for ever.
    private Task TryAtTheEndAsync(Notice notice, Func<IGitHubReports, GitHubPlace, Task> tell, RunRecord record)
    {
        isDown = false;
        return TryAsync(notice, github => PlaceOf(record) is { } found ? tell(github, found) : Task.CompletedTask);
    }

    /// <summary>The pull request that <c>GITHUB_REF</c> names (<c>refs/pull/12/merge</c>), or null.</summary>
    internal static int? PullRequestOf(string? reference) =>
        PullReference().Match(reference ?? "") is { Success: true } match && int.TryParse(match.Groups[1].Value, CultureInfo.InvariantCulture, out var number) ? number : null;

    private int? PullRequest()
    {
        if (settings.Comment is null)
            return null;
        if (!settings.Comment.Equals("auto", StringComparison.OrdinalIgnoreCase))
            return int.Parse(settings.Comment, CultureInfo.InvariantCulture);
        if (PullRequestOf(settings.Variables.GetValueOrDefault("GITHUB_REF")) is { } number)
            return number;

        log.Information("No comment: GITHUB_REF names no pull request.");
        return null;
    }

    // The repository that the job belongs to; elsewhere the one that is deployed.
    private GitHubPlace? PlaceOf(RunRecord record)
    {
        if (place is not null)
            return place;

        var variables = settings.Variables;
        var commit = variables.GetValueOrDefault("GITHUB_SHA");
        if (variables.GetValueOrDefault("GITHUB_REPOSITORY")?.Split('/') is [var owner, var name] && commit?.Length == 40)
        {
            var job = variables.GetValueOrDefault("GITHUB_SERVER_URL") is { Length: > 0 } server && variables.GetValueOrDefault("GITHUB_RUN_ID") is { Length: > 0 } run
                ? $"{server}/{owner}/{name}/actions/runs/{run}"
                : null;
            return place = new GitHubPlace(owner, name, commit, job);
        }

        var deployed = record.Verified?.Repositories.FirstOrDefault(repository => repository.Commit is not null);
        if (deployed is { Repository: var repository, Commit: { } at })
            return place = new GitHubPlace(repository.Owner, repository.Name, at, null);

        log.Warning("Nothing is told on GitHub: neither GITHUB_REPOSITORY and GITHUB_SHA nor a verified context names a repository and commit.");
        GiveUp();
        return null;
    }

    private async Task TryAsync(Notice notice, Func<IGitHubReports, Task> tell)
    {
        if (isDown || refused.Contains(notice))
            return;

        if (reports is null)
        {
            log.Warning("Nothing is told on GitHub: --github-deployment and --github-comment need a token (--github-token, GITHUB_TOKEN or GH_TOKEN).");
            GiveUp();
            return;
        }

        try
        {
            await tell(reports);
        }
        catch (WorldRefusedException exception)
        {
            // A token that may not write now may not write later either. A GitHub that is down is not waited for with every phase.
            if (exception.Failure == FailureClass.CredentialsRejected)
                refused.Add(notice);
            else
                isDown = true;
            log.Warning($"{exception.Message}. {exception.Remedy} The deployment goes on without.");
        }
    }

    private void GiveUp() => refused.UnionWith(Enum.GetValues<Notice>());

    private string Marker(ReportModel model)
    {
        var identity = $"{model.Project}|{model.DeployTo}|{settings.Environment}";
        return $"<!-- phased-rollout {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..16]} -->";
    }

    private static string Phases(int count) => FormattableString.Invariant($"{count} phase{(count == 1 ? "" : "s")}");

    private string Short(string sentence)
    {
        var clean = text.Clean(sentence).ReplaceLineEndings(" ");
        return clean.Length <= LongestDescription ? clean : clean[..(LongestDescription - 2)].TrimEnd('\ud83d', ' ') + " …";
    }

    private static string Cut(string body) => body.Length <= LongestComment ? body : body[..LongestComment] + "\n\n… (cut)\n";

    [GeneratedRegex(@"^refs/pull/([0-9]{1,9})/")]
    private static partial Regex PullReference();

    private enum Notice
    {
        Deployment,
        CommitStatus,
        Comment,
    }
}
