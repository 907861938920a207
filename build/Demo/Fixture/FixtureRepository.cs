using System.Globalization;
using System.Text;
using PhasedRollout.Demo.GitHub;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Demo.Fixture;

/// <summary>
/// The demo's git repository, laid out as the table of the original diagnosis report says. Made by one <c>git fast-import</c> with fixed authors and dates,
/// so its commit ids are the same everywhere and each time.
/// </summary>
internal static class FixtureRepository
{
    /// <summary>Owner and name, as the compose file's contexts have them.</summary>
    public const string FullName = "Bizoholic-Digital/bizosaas-platform";

    /// <summary>A branch on which CorelDove has lost its Dockerfile.</summary>
    public const string WithoutDockerfile = "broken/no-dockerfile";

    /// <summary>A branch on which ai-agents asks for a package version that does not exist.</summary>
    public const string WithPinnedPackage = "broken/pinned-package";

    private const long FirstCommit = 1760313600; // 2025-10-13, the date of that report

    /// <summary>Makes the bare repository anew, or brings an existing one to the same state.</summary>
    /// <returns>The commit that <c>main</c> names.</returns>
    public static async Task<string> CreateAsync(GitProgram git, string directory, CancellationToken ct)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal);
        GitEnvironment.Apply(environment, git);
        var variables = environment.ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal);
        if (!File.Exists(Path.Combine(directory, "HEAD")))
            await RunAsync(["init", "--quiet", "--bare", "--initial-branch=main", directory], "");
        await RunAsync(["-C", directory, "-c", "safe.directory=*", "fast-import", "--quiet", "--force"], Stream());
        return (await RunAsync(["-C", directory, "-c", "safe.directory=*", "rev-parse", "refs/heads/main"], "")).Output.Trim();

        async Task<CommandResult> RunAsync(IReadOnlyList<string> arguments, string input) =>
            (await Command.RunAsync(git.Executable, arguments, ct, variables, input: input)).OrThrow("Making the demo's repository");
    }

    private static string Stream()
    {
        var coreldove = FixtureService.Built.Single(service => service.Name == "coreldove-backend").Path;
        var agents = FixtureService.Built.Single(service => service.Name == "ai-agents").Path;
        var stream = new StringBuilder();
        Commit(stream, "main", 0, "The services of the staging backend");
        Put(stream, "README.md", "# BizOSaaS platform\n\nThe services of the staging backend, as the rollout demo has them.\n");
        Put(stream, "bizosaas-platform/README.md", "Services by area: ai, backend.\n");
        foreach (var service in FixtureService.Built)
            foreach (var (path, content) in FixtureFiles.Context(service).Where(file => $"{service.Path}/{file.Path}" != $"{coreldove}/Dockerfile"))
                Put(stream, $"{service.Path}/{path}", content);

        Commit(stream, "main", 1, "A Dockerfile for CorelDove's backend");
        Put(stream, $"{coreldove}/Dockerfile", FixtureFiles.Dockerfile(FixtureService.Built.Single(service => service.Path == coreldove)));

        Commit(stream, WithoutDockerfile, 2, "Build CorelDove elsewhere");
        stream.Append(CultureInfo.InvariantCulture, $"D {coreldove}/Dockerfile\n");

        Commit(stream, WithPinnedPackage, 3, "Pin langchain");
        Put(stream, $"{agents}/requirements.txt", "fastapi==0.115.0\nlangchain==9.99.0\n");
        return stream.ToString();
    }

    private static void Commit(StringBuilder stream, string branch, int minute, string message)
    {
        stream.Append(CultureInfo.InvariantCulture, $"commit refs/heads/{branch}\nmark :{minute + 1}\n");
        stream.Append(CultureInfo.InvariantCulture, $"committer BizOSaaS <platform@example.com> {FirstCommit + (60 * minute)} +0000\n");
        stream.Append(CultureInfo.InvariantCulture, $"data {Encoding.UTF8.GetByteCount(message)}\n{message}\n");
        // A branch first named in a stream begins with nothing, whatever the repository has under its name; main's second commit follows its first.
        if (branch != "main")
            stream.Append("from :2\n");
    }

    private static void Put(StringBuilder stream, string path, string content)
    {
        var mode = path.EndsWith(".sh", StringComparison.Ordinal) ? "100755" : "100644";
        stream.Append(CultureInfo.InvariantCulture, $"M {mode} inline {path}\ndata {Encoding.UTF8.GetByteCount(content)}\n{content}\n");
    }
}
