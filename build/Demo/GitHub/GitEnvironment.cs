namespace PhasedRollout.Demo.GitHub;

/// <summary>Keeps the user's own git configuration out of what the demo does.</summary>
internal static class GitEnvironment
{
    /// <summary>Changes the variables of a git about to be started.</summary>
    public static void Apply(IDictionary<string, string?> environment, GitProgram git)
    {
        foreach (var name in environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToList())
            environment.Remove(name);
        environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        environment["GIT_CONFIG_NOSYSTEM"] = "1";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["LC_ALL"] = "C";
        foreach (var (name, value) in git.Environment ?? new Dictionary<string, string>())
            environment[name] = value;
    }
}
