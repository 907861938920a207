namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>Paths as Go's package path has them.</summary>
internal static class GoPath
{
    /// <summary>The shortest path of the same meaning: no empty or <c>.</c> segments, no <c>..</c> that could be taken back, no slash at
    /// the end; <c>.</c> for nothing (path.Clean).</summary>
    public static string Clean(string path)
    {
        var isRooted = path.StartsWith('/');
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0 && parts[^1] != "..")
                parts.RemoveAt(parts.Count - 1);
            else if (!isRooted)
                parts.Add(part);
        }

        var clean = string.Join('/', parts);
        return isRooted ? "/" + clean : clean.Length == 0 ? "." : clean;
    }
}
