using System.Globalization;
using System.Runtime.InteropServices;
using PhasedRollout.Compose;
using PhasedRollout.Reports.GitHub;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs;
using Serilog;

/// <summary>What is told to people who were not there: on GitHub, and in a bundle for an issue.</summary>
partial class Build
{
    GitHubNotices? Notices(IRunLog log)
    {
        if (GithubDeployment is null && GithubComment is null)
            return null;
        if (GithubComment is not null && !GithubComment.Equals("auto", StringComparison.OrdinalIgnoreCase)
            && !(int.TryParse(GithubComment, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0))
            throw new InvalidInputException([new Problem("--github-comment", $"'{GithubComment}' is neither a pull request's number nor auto", "--github-comment 12")]);

        return new GitHubNotices(
            new GitHubNoticeSettings(GithubDeployment, GithubComment, Variables),
            string.IsNullOrEmpty(GithubToken) ? null : new OctokitReports(GitHubRoot, GithubToken),
            redactor,
            log);
    }

    async Task PackAsync(RolloutRun run) => Log.Information("Support bundle: {Path:l}", await run.PackAsync(new SupportSources(
        [
            $"program: {typeof(Build).Assembly.GetName().Version}, .NET {Environment.Version}",
            $"machine: {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} processors",
            FormattableString.Invariant($"time: {TimeProvider.System.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}, zone {TimeZoneInfo.Local.Id}"),
            $"host: {Host}",
            .. ((string[])["docker", "docker-buildx", "git", "dockerd", "psql"]).Select(program => $"{program}: {(IsThere(program) ? "there" : "not on the path")}"),
            .. ((string[])["DOCKER_HOST", "DOCKER_CONTEXT", "GITHUB_TOKEN", "GH_TOKEN", "COMPOSE_FILE", "HTTPS_PROXY", "CI"])
                .Select(name => $"{name}: {(Environment.GetEnvironmentVariable(name) is { Length: > 0 } ? "set" : "not set")}"),
        ],
        new Dictionary<string, string>(),
        new Dictionary<string, string>()), Stop));

    static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));
}
