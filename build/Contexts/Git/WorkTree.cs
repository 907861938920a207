using System.Globalization;

namespace PhasedRollout.Contexts.Git;

/// <summary>Compares a folder with what is committed and pushed of it.</summary>
internal static class WorkTree
{
    private const int Most = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>In what the folder differs; null when it does not, when it is in no work tree of git, or when git cannot say.</summary>
    public static async Task<WorkTreeDifference?> CompareAsync(GitProcess git, string folder, CancellationToken cancellationToken)
    {
        // Most folders without a work tree above are told apart without starting git.
        if (!IsBelowGit(folder))
            return null;

        var status = await git.RunAsync(
            ["-C", folder, "--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", "--ignore-submodules=dirty", "--", "."],
            Patience, cancellationToken);
        return status is { Succeeded: true } ? Parse(status.Text) : null;
    }

    /// <summary>Reads <c>git status --porcelain=v2 --branch -z</c>; null when nothing differs.</summary>
    public static WorkTreeDifference? Parse(string text)
    {
        var changed = new List<string>();
        var (ahead, upstream, skip) = (0, (string?)null, false);
        foreach (var line in text.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (skip)
            {
                // The former name of a file that was renamed.
                skip = false;
                continue;
            }

            switch (line.Split(' '))
            {
                case ["#", "branch.upstream", var name]:
                    upstream = name;
                    break;
                case ["#", "branch.ab", ['+', .. var number], _]:
                    ahead = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var commits) ? commits : 0;
                    break;
                case ["1", _, _, _, _, _, _, _, .. var path]:
                    changed.Add(string.Join(' ', path));
                    break;
                case ["2", _, _, _, _, _, _, _, _, .. var path]:
                    changed.Add(string.Join(' ', path));
                    skip = true;
                    break;
                case ["?", .. var path]:
                    changed.Add(string.Join(' ', path));
                    break;
            }
        }

        return changed.Count > 0 || ahead > 0 ? new WorkTreeDifference([.. changed.Take(Most)], changed.Count, ahead, upstream) : null;
    }

    private static bool IsBelowGit(string folder)
    {
        for (var current = folder; current is not null; current = Path.GetDirectoryName(current))
        {
            if (Path.Exists(Path.Combine(current, ".git")))
                return true;
        }

        return false;
    }
}
