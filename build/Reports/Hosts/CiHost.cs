namespace PhasedRollout.Reports.Hosts;

/// <summary>The build servers that take annotations from a job's output.</summary>
public enum CiHost
{
    /// <summary>A terminal, or a server that takes none.</summary>
    None,
    /// <summary>GitHub Actions.</summary>
    GitHub,
    /// <summary>GitLab CI, which reads <c>gl-code-quality.json</c> instead.</summary>
    GitLab,
    /// <summary>Azure Pipelines.</summary>
    Azure,
    /// <summary>TeamCity.</summary>
    TeamCity,
}

/// <summary>Tells build servers apart.</summary>
public static class CiHosts
{
    /// <summary>The server whose variables stand in <paramref name="environment"/>.</summary>
    public static CiHost Detect(IReadOnlyDictionary<string, string> environment)
    {
        return environment switch
        {
            _ when Has("GITHUB_ACTIONS") => CiHost.GitHub,
            _ when Has("GITLAB_CI") => CiHost.GitLab,
            _ when Has("TF_BUILD") => CiHost.Azure,
            _ when Has("TEAMCITY_VERSION") => CiHost.TeamCity,
            _ => CiHost.None,
        };

        bool Has(string name) => environment.GetValueOrDefault(name) is { Length: > 0 };
    }
}
