using System.Globalization;
using System.Text;
using PhasedRollout.Demo.Fixture;
using PhasedRollout.Demo.GitHub;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>A bare git repository that a scenario commits to.</summary>
internal sealed class ScenarioRepository(GitProgram git, string folder)
{
    private int _marks;

    /// <summary>Where it is.</summary>
    public string Folder => folder;

    /// <summary>Makes it, empty.</summary>
    public Task CreateAsync() => GitAsync(["init", "--quiet", "--bare", "--initial-branch=main", folder]);

    /// <summary>Commits files (null deletes one) to a branch that begins, when it is new, at <paramref name="from"/>.</summary>
    /// <returns>The commit's id.</returns>
    public async Task<string> CommitAsync(string message, IEnumerable<(string Path, string? Content)> files, string branch = "main", string? from = null)
    {
        var parent = await HeadAsync(branch) ?? (from is null ? null : await HeadAsync(from));
        var stream = new StringBuilder();
        stream.Append(CultureInfo.InvariantCulture, $"commit refs/heads/{branch}\n");
        stream.Append(CultureInfo.InvariantCulture, $"committer Scenario <scenario@example.com> {1760313600 + (60 * _marks++)} +0000\n");
        stream.Append(CultureInfo.InvariantCulture, $"data {Encoding.UTF8.GetByteCount(message)}\n{message}\n");
        if (parent is not null)
            stream.Append(CultureInfo.InvariantCulture, $"from {parent}\n");
        foreach (var (path, content) in files)
            Append(stream, path, content);
        await GitAsync(["-C", folder, "-c", "safe.directory=*", "fast-import", "--quiet", "--force"], stream.ToString());
        return (await HeadAsync(branch))!;
    }

    /// <summary>The commit of a branch, or null.</summary>
    public async Task<string?> HeadAsync(string branch)
    {
        var result = await RunAsync(["-C", folder, "-c", "safe.directory=*", "rev-parse", "--verify", "--quiet", $"refs/heads/{branch}"]);
        return result.ExitCode == 0 ? result.Output.Trim() : null;
    }

    /// <summary>The nine built services, on this run's base image, with the branches that the breakages name.</summary>
    public async Task AddServicesAsync(ScenarioMachine machine)
    {
        await CommitAsync("The services of the staging backend",
        [
            ("README.md", "# BizOSaaS platform\n"),
            .. FixtureService.Built.SelectMany(service => FixtureFiles.Context(service)
                .Select(file => ($"{service.Path}/{file.Path}", (string?)machine.OnBaseImage(file.Content)))),
        ]);
        await CommitAsync("Build CorelDove elsewhere", [($"{PathOf("coreldove-backend")}/Dockerfile", null)], FixtureRepository.WithoutDockerfile, "main");
        await CommitAsync(
            "Pin langchain", [($"{PathOf("ai-agents")}/requirements.txt", "fastapi==0.115.0\nlangchain==9.99.0\n")], FixtureRepository.WithPinnedPackage, "main");
    }

    /// <summary>Where a service's context is.</summary>
    public static string PathOf(string service) => FixtureService.Built.Single(built => built.Name == service).Path;

    private static void Append(StringBuilder stream, string path, string? content)
    {
        if (content is null)
        {
            stream.Append(CultureInfo.InvariantCulture, $"D {path}\n");
            return;
        }

        var mode = path.EndsWith(".sh", StringComparison.Ordinal) ? "100755" : "100644";
        stream.Append(CultureInfo.InvariantCulture, $"M {mode} inline {path}\ndata {Encoding.UTF8.GetByteCount(content)}\n{content}\n");
    }

    private async Task GitAsync(IReadOnlyList<string> arguments, string input = "") =>
        (await RunAsync(arguments, input)).OrThrow("Making a scenario's repository");

    private Task<CommandResult> RunAsync(IReadOnlyList<string> arguments, string input = "")
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal);
        GitEnvironment.Apply(environment, git);
        return Command.RunAsync(
            git.Executable, arguments, CancellationToken.None, environment.ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal), input: input);
    }
}
