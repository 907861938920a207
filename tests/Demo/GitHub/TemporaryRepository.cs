using System.Diagnostics;
using System.Text;
using PhasedRollout.Demo.GitHub;

namespace PhasedRollout.Tests.Demo.GitHub;

/// <summary>A bare git repository in a temporary directory, filled through <c>git fast-import</c>.</summary>
internal sealed class TemporaryRepository : IDisposable
{
    public TemporaryRepository(params (string Path, string Content)[] files)
    {
        Run("", "init", "-q", "--bare", "-b", "main", Directory);
        Commit("main", files);
    }

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("phased-rollout-git-").FullName;

    public string Commit(string branch, params (string Path, string Content)[] files)
    {
        var stream = new StringBuilder($"commit refs/heads/{branch}\ncommitter A Person <a@example.com> 1760313600 +0000\ndata 1\nx\n");
        foreach (var (path, content) in files)
            stream.Append($"M 100644 inline {path}\ndata {Encoding.UTF8.GetByteCount(content)}\n{content}\n");
        Run(stream.ToString(), "fast-import", "--quiet", "--force");
        return Run("", "rev-parse", $"refs/heads/{branch}").Trim();
    }

    public string Run(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = Directory };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        GitEnvironment.Apply(start.Environment, new GitProgram("git"));
        using var process = Process.Start(start)!;
        process.StandardInput.BaseStream.Write(Encoding.UTF8.GetBytes(input));
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, string.Join(' ', arguments));
        return output;
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
