using System.Diagnostics;
using System.Globalization;
using System.Text;
using PhasedRollout.Demo.GitHub;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Demo.Benchmark;

/// <summary>Measures <c>VerifyContexts</c> on ten contexts of a repository of more than 15,000 files against <c>git clone --depth 1</c> of the same
/// repository over the same loopback: whole commands, side by side, the rounds interleaved. No engine is needed.</summary>
/// <param name="rootDirectory">The clone whose <c>build.sh</c> is measured.</param>
/// <param name="workDirectory">A folder of its own; it is removed first and last.</param>
/// <param name="git">The git that clones and serves.</param>
/// <param name="log">Told what is done and what came out, in sentences.</param>
public sealed class VerificationBenchmark(string rootDirectory, string workDirectory, GitProgram git, Action<string> log)
{
    private const string FullName = "acme/platform";
    private const int Files = 15_500;
    private const int Contexts = 10;

    private string Repository => Path.Combine(workDirectory, "served", "platform.git");

    /// <summary>Measures and prints the medians and ratios.</summary>
    /// <exception cref="DemoException">A command failed.</exception>
    public async Task RunAsync(int rounds, CancellationToken ct)
    {
        Clear(workDirectory);
        Directory.CreateDirectory(Repository);
        await MakeRepositoryAsync(ct);
        await using var gitHub = GitHubStandIn.Start(new GitHubStandInOptions
        {
            Repositories = new Dictionary<string, string> { [FullName] = Repository },
            Git = git,
            AnonymousLimit = int.MaxValue,
        });
        await using var server = GitHttpServer.Start(Path.Combine(workDirectory, "served"), git);
        var compose = Path.Combine(workDirectory, "compose.yml");
        await File.WriteAllTextAsync(compose, Compose(), ct);

        await VerifyAsync(gitHub, compose, ct);
        var (clone, cold, warm) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 1; round <= rounds; round++)
        {
            clone.Add(await CloneAsync(server, ct));
            Clear(Path.Combine(workDirectory, "root"));
            cold.Add(await VerifyAsync(gitHub, compose, ct));
            warm.Add(await VerifyAsync(gitHub, compose, ct));
        }

        Clear(workDirectory);
        foreach (var line in Lines(rounds, Median(clone), Median(cold), Median(warm)))
            log(line);
    }

    private static IEnumerable<string> Lines(int rounds, double clone, double cold, double warm) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"Medians of {rounds} interleaved rounds, whole commands, {Contexts} contexts in a repository of {Files} files, one machine:"),
        string.Create(CultureInfo.InvariantCulture, $"  git clone --depth 1        {clone,6:0.00} s"),
        string.Create(CultureInfo.InvariantCulture, $"  VerifyContexts, cold       {cold,6:0.00} s   {clone / cold,4:0.0} times as fast"),
        string.Create(CultureInfo.InvariantCulture, $"  VerifyContexts, warm       {warm,6:0.00} s   {clone / warm,4:0.0} times as fast"),
    ];

    private async Task<double> CloneAsync(GitHttpServer server, CancellationToken ct)
    {
        var target = Path.Combine(workDirectory, "clone");
        Clear(target);
        return await TimeAsync(git.Executable, ["clone", "--quiet", "--depth", "1", $"{server.Url}platform.git", target], ct);
    }

    private Task<double> VerifyAsync(GitHubStandIn gitHub, string compose, CancellationToken ct)
    {
        // A root of its own: the cache of whoever measures stays as it is.
        var root = Path.Combine(workDirectory, "root");
        Directory.CreateDirectory(Path.Combine(root, ".nuke"));
        return TimeAsync(
            "bash",
            [Path.Combine(rootDirectory, "build.sh"), "VerifyContexts", "--root", root, "--compose-file", compose, "--github-url", gitHub.Url.ToString(),
             "--reports-directory", Path.Combine(root, "reports"), "--phases-directory", Path.Combine(root, "phases")],
            ct);
    }

    private async Task<double> TimeAsync(string program, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = workDirectory };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        GitEnvironment.Apply(start.Environment, git);
        foreach (var name in start.Environment.Keys.Where(name => ChildBuild.IsKeptFromChild(name, [])).ToList())
            start.Environment.Remove(name);

        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.WaitForExitAsync(ct);
        var seconds = clock.Elapsed.TotalSeconds;
        return process.ExitCode == 0
            ? seconds
            : throw new DemoException($"{program} {arguments[0]} ended with exit code {process.ExitCode}.{Environment.NewLine}{string.Concat(await said)}");
    }

    private async Task MakeRepositoryAsync(CancellationToken ct)
    {
        log(string.Create(CultureInfo.InvariantCulture, $"Making a repository of {Files} files."));
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal);
        GitEnvironment.Apply(variables, git);
        var environment = variables.ToDictionary(it => it.Key, it => it.Value!);
        (await Command.RunAsync(git.Executable, ["init", "--quiet", "--bare", "--initial-branch=main", Repository], ct, environment)).OrThrow("Making a repository");
        (await Command.RunAsync(git.Executable, ["-C", Repository, "fast-import", "--quiet"], ct, environment, input: Stream())).OrThrow("Filling a repository");
    }

    // Files of some kilobytes of words, as source code is, the same each time.
    private static string Stream()
    {
        var stream = new StringBuilder("commit refs/heads/main\ncommitter A Person <a@example.com> 1760313600 +0000\ndata 1\nx\n");
        var seed = 1u;
        for (var file = 0; file < Files; file++)
        {
            var content = new StringBuilder();
            var length = (Next(ref seed) % 7000) + 200;
            while (content.Length < length)
                content.Append(CultureInfo.InvariantCulture, $"w{Next(ref seed) % 5000} ");
            Put(stream, string.Create(CultureInfo.InvariantCulture, $"platform/group{file % 60}/service{file % 600}/src/module{file % 7}/file{file}.ts"), content.ToString());
        }

        for (var context = 0; context < Contexts; context++)
        {
            Put(stream, $"{Folder(context)}/Dockerfile",
                $"FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY src src\nCMD [\"python\", \"-m\", \"src\", \"{context}\"]\n");
            Put(stream, $"{Folder(context)}/.dockerignore", $"**/*.md\n# {context}\n");
            Put(stream, $"{Folder(context)}/requirements.txt", $"fastapi==0.115.0\n# {context}\n");
        }

        return stream.ToString();
    }

    private static uint Next(ref uint seed)
    {
        seed = (seed * 1664525) + 1013904223;
        return seed >> 8;
    }

    private static void Put(StringBuilder stream, string path, string content) =>
        stream.Append(CultureInfo.InvariantCulture, $"M 100644 inline {path}\ndata {Encoding.UTF8.GetByteCount(content)}\n{content}\n");

    private static string Folder(int context) => string.Create(CultureInfo.InvariantCulture, $"platform/group{context}/service{context}");

    private static string Compose()
    {
        var names = Enumerable.Range(0, Contexts).Select(number => string.Create(CultureInfo.InvariantCulture, $"service{number}")).ToList();
        var text = new StringBuilder($"name: benchmark\nx-rollout:\n  phases:\n    - {{ title: All, services: [{string.Join(", ", names)}] }}\nservices:\n");
        for (var number = 0; number < Contexts; number++)
            text.Append(CultureInfo.InvariantCulture, $"  {names[number]}:\n    build:\n      context: https://github.com/{FullName}.git#main:{Folder(number)}\n");
        return text.ToString();
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static void Clear(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
