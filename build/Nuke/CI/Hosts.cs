using Nuke.Common.ValueInjection;

namespace Nuke.Common.CI;

/// <summary>The hosts that are known, each with the variable that gives it away.</summary>
internal static class Hosts
{
    private const string Terminal = "Terminal";
    private const string GitHubActions = "GitHubActions";

    private static readonly (string Name, string Variable)[] Servers =
    [
        (GitHubActions, "GITHUB_ACTIONS"),
        ("AppVeyor", "APPVEYOR"),
        ("AzurePipelines", "TF_BUILD"),
        ("Bamboo", "bamboo_planKey"),
        ("Bitbucket", "BITBUCKET_PIPELINE_UUID"),
        ("Bitrise", "BITRISE_BUILD_URL"),
        ("GitLab", "GITLAB_CI"),
        ("Jenkins", "JENKINS_HOME"),
        ("SpaceAutomation", "JB_SPACE_PROJECT_KEY"),
        ("TeamCity", "TEAMCITY_VERSION"),
        ("TravisCI", "TRAVIS"),
    ];

    /// <summary>What <c>--host</c> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [Terminal, .. Servers.Select(server => server.Name)];

    public static Host Detect(Surroundings surroundings) =>
        Create(Servers.FirstOrDefault(server => surroundings.Variable(server.Variable) is not null).Name ?? Terminal);

    /// <summary>The host of that name, or null.</summary>
    public static Host? Find(string name) =>
        Names.FirstOrDefault(known => Spelling.Same(known, name)) is { } known ? Create(known) : null;

    private static Host Create(string name) => name switch
    {
        Terminal => new Terminal(),
        GitHubActions => new GitHubActions.GitHubActions(),
        _ => new OtherBuildServer(name),
    };
}
