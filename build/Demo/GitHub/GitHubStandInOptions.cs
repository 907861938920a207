namespace PhasedRollout.Demo.GitHub;

/// <summary>What a <see cref="GitHubStandIn"/> serves, and under which limits.</summary>
public sealed record GitHubStandInOptions
{
    /// <summary><c>owner/name</c> to the directory of a git repository, bare or not.</summary>
    public required IReadOnlyDictionary<string, string> Repositories { get; init; }

    /// <summary>The loopback port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The git to run and the variables it needs.</summary>
    public GitProgram Git { get; init; } = new("git");

    /// <summary>Tokens that are accepted; any other one is answered with 401.</summary>
    public IReadOnlySet<string> Tokens { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Repositories that only an accepted token can see; to all others they are 404.</summary>
    public IReadOnlySet<string> PrivateRepositories { get; init; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Repositories that are archived.</summary>
    public IReadOnlySet<string> ArchivedRepositories { get; init; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Former names to the names of <see cref="Repositories"/>: requests to them are sent on to <c>/repositories/{id}</c>.</summary>
    public IReadOnlyDictionary<string, string> RenamedRepositories { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Requests in a window without a token. GitHub: 60.</summary>
    public int AnonymousLimit { get; init; } = 60;

    /// <summary>Requests in a window with a token. GitHub: 5000.</summary>
    public int TokenLimit { get; init; } = 5000;

    /// <summary>How long a window is. GitHub: one hour.</summary>
    public TimeSpan RateWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A recursive tree with more entries is cut and says <c>truncated</c>. GitHub: 100,000.</summary>
    public int TreeEntryLimit { get; init; } = 100_000;

    /// <summary>A recursive tree whose JSON grows past this many bytes is cut likewise. GitHub: 7 MB.</summary>
    public int TreeByteLimit { get; init; } = 7 * 1024 * 1024;

    /// <summary>Told one line a request: method, path, status.</summary>
    public Action<string>? Log { get; init; }
}

/// <summary>A git to run.</summary>
/// <param name="Executable">Its path, or a name to be found on <c>PATH</c>.</param>
/// <param name="Environment">Variables it needs beside those of this process, such as <c>GIT_EXEC_PATH</c> of an unpacked one.</param>
public sealed record GitProgram(string Executable, IReadOnlyDictionary<string, string>? Environment = null);
