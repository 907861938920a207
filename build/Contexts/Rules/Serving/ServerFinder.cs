using System.Text.Json;
using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Shells;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>Finds the servers that a start command leads to: through shells, <c>exec</c>, settings in front, init programs, package scripts and entrypoint scripts.</summary>
internal sealed partial class ServerFinder
{
    private const int Deepest = 8;

    private static readonly HashSet<string> Shells = ["sh", "bash", "ash", "dash", "zsh"];
    private static readonly HashSet<string> Transparent = ["exec", "nohup", "time", "command", "opentelemetry-instrument", "ddtrace-run", "docker-php-entrypoint", "__cacert_entrypoint.sh"];
    private static readonly HashSet<string> Inits = ["tini", "dumb-init", "catatonit", "docker-init"];
    private static readonly HashSet<string> Runners = ["poetry", "pipenv", "pdm", "hatch", "uv", "rye", "pixi"];
    private static readonly HashSet<string> UntilDashes = ["doppler", "infisical", "op", "wait-for-it", "wait-for-it.sh", "wait-for", "wait-for.sh", "dockerize", "dotenvx"];

    private readonly ServingContext context;
    private readonly List<Listener> found = [];
    private readonly Dictionary<string, string?> settings = new(StringComparer.Ordinal);
    private readonly HashSet<string> assigned = new(StringComparer.Ordinal);
    private bool isSourced;
    private bool hasOther;

    private ServerFinder(ServingContext context) => this.context = context;

    /// <summary>The servers; empty when none is known.</summary>
    public static IReadOnlyList<Listener> Find(StartCommand start, ServingContext context)
    {
        var finder = new ServerFinder(context);
        finder.Follow(start.Words, start.IsSure, 0);
        // Something else that runs beside it may listen too.
        return [.. finder.found.Distinct().Select(listener => finder.hasOther ? listener with { IsSure = false } : listener)];
    }

    private void Follow(IReadOnlyList<string?> words, bool isSure, int depth)
    {
        while (words is [{ } word, ..] && depth++ < Deepest)
        {
            var program = word[(word.LastIndexOf('/') + 1)..];
            if (Assignment().Match(word) is { Success: true } assignment && !word.Contains('/', StringComparison.Ordinal))
            {
                settings[assignment.Groups[1].Value] = word[(assignment.Length)..];
                words = [.. words.Skip(1)];
            }
            else if (Transparent.Contains(program) || program is "env" || (program == "docker-entrypoint.sh" && context.Image?.Entrypoint == EntrypointKind.PassesOn))
                words = [.. words.Skip(1)];
            else if (Inits.Contains(program))
                words = [.. words.Skip(1).SkipWhile(it => it is not null && it.StartsWith('-') && it != "--").SkipWhile(it => it == "--")];
            else if (program is "gosu" or "su-exec")
                words = [.. words.Skip(2)];
            else if (Runners.Contains(program) && words.Count > 2 && words[1] == "run")
                words = [.. words.Skip(2).SkipWhile(it => it is not null && it.StartsWith("--", StringComparison.Ordinal))];
            else if ((program, words.ElementAtOrDefault(1)) is ("bundle", "exec") or ("newrelic-admin", "run-program") or ("pnpm", "exec") or ("yarn", "exec"))
                words = [.. words.Skip(2)];
            else if (program is "npx" or "bunx" or "pnpx")
                words = [.. words.Skip(1).SkipWhile(it => it is not null && it.StartsWith('-'))];
            else if (UntilDashes.Contains(program) && words.Contains("--"))
                words = [.. words.SkipWhile(it => it != "--").Skip(1)];
            else if (program.StartsWith("python", StringComparison.Ordinal) && words.Count > 1)
            {
                var rest = words.Skip(1).SkipWhile(it => it is "-u" or "-O" or "-OO" or "-B" or "-I" or "-X" or "dev" or "-W").ToList();
                words = rest is ["-m", ..] ? [.. rest.Skip(1)] : rest;
                if (rest is [{ } script, ..] && script.EndsWith(".py", StringComparison.Ordinal) && !script.EndsWith("manage.py", StringComparison.Ordinal))
                    words = [];
            }
            else
            {
                Start(program, words, isSure, depth);
                return;
            }
        }

        hasOther |= words.Count == 0 || words[0] is null;
    }

    private void Start(string program, IReadOnlyList<string?> words, bool isSure, int depth)
    {
        if (Shells.Contains(program))
        {
            Shell(words, isSure, depth);
            return;
        }

        if (program is "npm" or "yarn" or "pnpm" or "bun" && PackageScript(words) is { } script)
        {
            // What stands behind the script's name goes to its last command; npm wants two dashes before it.
            var more = words.SkipWhile(word => word != script.Name).Skip(1).Where(word => word != "--").ToList();
            if (program == "npm" && !words.Contains("--"))
                more = [];
            if (more.Contains(null))
                hasOther = true;
            else
                Text($"{script.Text} {string.Join(' ', more)}", false, depth);
            return;
        }

        if (new KnownServers(context, Variable).Find(program, new ServerOptions([.. words.Skip(1)])) is { } listeners)
            found.AddRange(listeners.Select(listener => isSure ? listener : listener with { IsSure = false }));
        else if (context.Script(words[0]!) is { } text)
            Script(text, words, depth);
        else
            hasOther = true;
    }

    private void Shell(IReadOnlyList<string?> words, bool isSure, int depth)
    {
        var option = words.Skip(1).TakeWhile(word => word is not null && word.StartsWith('-')).ToList();
        var rest = words.Skip(1 + option.Count).ToList();
        if (option.Any(word => word!.Contains('c', StringComparison.Ordinal) && !word.StartsWith("--", StringComparison.Ordinal)))
        {
            if (rest is [{ } text, ..])
                Text(text, isSure, depth);
            else
                hasOther = true;
        }
        else if (rest is [{ } file, ..] && context.Script(file) is { } script)
            Script(script, rest, depth);
        else
            hasOther = true;
    }

    private void Text(string text, bool isSure, int depth)
    {
        // What another file sets may be any variable, but for those that only say where programs are.
        isSourced |= Sources().Matches(text).Any(match => !match.Groups["file"].Value.TrimEnd('"', '\'').EndsWith("/activate", StringComparison.Ordinal));
        assigned.UnionWith(Assigns().Matches(text).Select(match => match.Groups["name"].Value));
        var commands = ShellText.Read(text, Variable);
        foreach (var command in commands)
        {
            var before = found.Count;
            var other = hasOther;
            hasOther = false;
            Follow(command.Words, isSure && command is { IsConditional: false, InBackground: false } && command.Link is not ShellLink.Or, depth + 1);
            // Only what stays beside the server matters: migrations end, background processes stay.
            // What is written or copied before it starts may be its configuration.
            for (var at = before; at < found.Count && commands.Count > 1 && Configures().IsMatch(text); at++)
                found[at] = found[at] with { IsSure = false };
            hasOther = other || (hasOther && (command.InBackground || found.Count > before));
        }
    }

    // An entrypoint script: what it starts itself, and the command that it hands over to with exec "$@".
    private void Script(string text, IReadOnlyList<string?> words, int depth)
    {
        Text(text.Replace("\r", "", StringComparison.Ordinal), false, depth);
        if (text.Split('\n').Any(HandsOver))
            Follow([.. words.Skip(1)], false, depth);
    }

    // exec "$@", with whatever is between.
    private static bool HandsOver(string line) =>
        line.Replace('\t', ' ').IndexOf("exec ", StringComparison.Ordinal) is >= 0 and var word
        && (line.IndexOf("$@", word, StringComparison.Ordinal) >= 0 || line.IndexOf("$*", word, StringComparison.Ordinal) >= 0);

    private (string Name, string Text)? PackageScript(IReadOnlyList<string?> words)
    {
        var name = words.Skip(1).FirstOrDefault(word => word is not ("run" or "run-script" or "--silent" or "-s" or "--production"));
        if (name is null || context.Package is not { } package)
            return null;

        try
        {
            using var document = JsonDocument.Parse(package);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("scripts", out var scripts)
                && scripts.ValueKind == JsonValueKind.Object && scripts.TryGetProperty(name, out var script) && script.ValueKind == JsonValueKind.String
                ? (name, script.GetString()!)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string? Variable(string name) => settings.TryGetValue(name, out var value) ? value
        : isSourced || assigned.Contains(name) ? ShellText.Unknown
        : context.Variable(name);

    // . ./env.sh, source env.sh, eval "$(…)"
    [GeneratedRegex(@"(?:^|[;&|({\n]|\bthen\b|\bdo\b)\s*(?:\.|source|eval)\s+(?<file>[^\s;&|]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Sources();

    [GeneratedRegex(@"/etc/|\.(?:conf|json|toml|ya?ml|ini)\b|\benvsubst\b|\bsed\s+-")]
    private static partial Regex Configures();

    // export NAME=…, NAME=… alone, ${NAME:=…}; in front of a command it is for that one.
    [GeneratedRegex("""
        (?:^|[;&|({\n\s])(?:export|declare|readonly|local)\s+(?:-\w+\s+)*(?<name>[A-Za-z_][A-Za-z0-9_]*)=
        |(?:^|[;&|({\n])[ \t]*(?<name>[A-Za-z_][A-Za-z0-9_]*)=(?:"[^"]*"|'[^']*'|[^\s;&|"']*)[ \t]*(?=[;&|)}\n]|\z)
        |\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*):?=
        """, RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Assigns();

    [GeneratedRegex("^([A-Za-z_][A-Za-z0-9_]*)=")]
    private static partial Regex Assignment();
}
