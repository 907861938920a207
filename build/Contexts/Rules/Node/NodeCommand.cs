using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Rules.Node;

/// <summary>A command of npm, yarn or pnpm that runs a script or installs. What is about another project, a workspace or only some packages is none.</summary>
/// <param name="Manager"><c>npm</c>, <c>yarn</c> or <c>pnpm</c>.</param>
/// <param name="Script">The script that it runs; null for an install.</param>
/// <param name="Options">The options behind it.</param>
internal sealed partial record NodeCommand(string Manager, string? Script, IReadOnlyList<string> Options)
{
    private static readonly HashSet<string> Transparent = ["exec", "time", "env", "cross-env", "tini", "dumb-init", "--", "sudo"];
    private static readonly HashSet<string> Quiet = ["--silent", "-s", "--quiet", "-q"];

    // What yarn and pnpm run by a name alone that is no command of theirs; a name that no program of a package has.
    private static readonly HashSet<string> ScriptNames = ["build", "start", "dev", "test", "production", "prod", "compile", "bundle", "migrate"];

    /// <summary>True when a missing script ends it with an error, whatever programs the dependencies bring.</summary>
    public bool WantsScript { get; private init; }

    /// <summary>True when it leaves packages for development out by an option.</summary>
    public bool LeavesDevelopmentOut => Options.Any(option => Production().IsMatch(option))
        || Options.Zip(Options.Skip(1)).Any(pair => pair is ("--omit" or "--only", "dev" or "prod" or "production"));

    /// <summary>True when an option asks for the packages for development, which counts before one that leaves them out.</summary>
    public bool IncludesDevelopment => Options.Any(option => Including().IsMatch(option))
        || Options.Zip(Options.Skip(1)).Any(pair => pair is ("--include" or "--also", "dev" or "development"));

    /// <summary>True when an option speaks of which packages it takes.</summary>
    public bool NamesGroups => Options.Any(option => Groups().IsMatch(option));

    /// <summary>True when it runs none of the project's own scripts.</summary>
    public bool IgnoresScripts => Options.Any(option => option.StartsWith("--ignore-scripts", StringComparison.Ordinal));

    /// <summary>The command of <paramref name="words"/>; null for all others.</summary>
    public static NodeCommand? Read(IReadOnlyList<string> words)
    {
        string[] rest = [.. words.SkipWhile(word => Transparent.Contains(word) || Assignment().IsMatch(word))];
        if (rest is not [var program, ..] || program[(program.LastIndexOf('/') + 1)..] is not ("npm" or "yarn" or "pnpm") || rest.Any(word => Elsewhere().IsMatch(word)))
            return null;

        var manager = program[(program.LastIndexOf('/') + 1)..];
        return rest[1..].SkipWhile(Quiet.Contains).ToArray() switch
        {
            [] when manager == "yarn" => new NodeCommand(manager, null, []),
            ["run" or "run-script", .. var more] => OfScript(manager, more, isNamed: true),
            ["start" or "test" or "stop", ..] and var named => OfScript(manager, named, isNamed: true),
            ["ci" or "clean-install" or "install" or "i", .. var options] when manager != "yarn" || rest[1] == "install" =>
                options.All(option => option.StartsWith('-') || option is "dev" or "prod" or "production") ? new NodeCommand(manager, null, options) : null,
            [var option, ..] and var options when manager == "yarn" && option.StartsWith("--", StringComparison.Ordinal) && options.All(word => word.StartsWith('-')) =>
                new NodeCommand(manager, null, options),
            [var name, ..] and var called when manager != "npm" && (ScriptNames.Contains(name) || name.Contains(':', StringComparison.Ordinal)) => OfScript(manager, called, isNamed: false),
            _ => null,
        };
    }

    private static NodeCommand? OfScript(string manager, string[] words, bool isNamed) =>
        words.SkipWhile(Quiet.Contains).ToArray() is [var name, .. var options] && ScriptName().IsMatch(name)
        && (manager == "npm" || ScriptNames.Contains(name) || name.Contains(':', StringComparison.Ordinal))
            ? new NodeCommand(manager, name, options) { WantsScript = isNamed && manager == "npm" }
            : null;

    // Another folder, workspaces, or a script that may be missing.
    [GeneratedRegex("^(?:-w|-ws|-C|-r|-F|--(?:workspaces?|include-workspace-root|prefix|cwd|dir|filter|recursive|if-present|global|workspace-root|script-shell|config|userconfig)(?:=.*)?|-g|workspaces?)\\z")]
    private static partial Regex Elsewhere();

    [GeneratedRegex("^(?:--production|--production=true|--prod|-P|--omit=dev|--only=prod|--only=production)\\z")]
    private static partial Regex Production();

    [GeneratedRegex("^(?:--include=dev|--also=dev.*|--no-production|--production=false|--dev|-D)\\z")]
    private static partial Regex Including();

    [GeneratedRegex("^(?:--production|--prod|-P|--omit|--only|--include|--dev|-D|--also)(?:=|\\z)")]
    private static partial Regex Groups();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*=")]
    private static partial Regex Assignment();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9:._-]*\\z")]
    private static partial Regex ScriptName();
}
