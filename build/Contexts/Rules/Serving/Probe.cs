using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Shells;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>The health check of a container: that of the compose file, else that of the Dockerfile.</summary>
/// <param name="Test">The command as the Engine API takes it: <c>CMD</c> and words, or <c>CMD-SHELL</c> and a text.</param>
/// <param name="Key">The key of the compose file that it belongs to.</param>
/// <param name="Evidence">Where it stands.</param>
internal sealed partial record Probe(IReadOnlyList<string> Test, string Key, string Evidence)
{
    private static readonly HashSet<string> Clients = ["curl", "wget", "http", "xh"];

    /// <summary>Its simple commands.</summary>
    public required IReadOnlyList<ShellCommand> Commands { get; init; }

    /// <summary>True when a shell runs it.</summary>
    public bool NeedsShell => Test[0] == "CMD-SHELL";

    /// <summary>True when it succeeds whatever the commands say: <c>|| true</c>.</summary>
    public bool AlwaysSucceeds => Commands.Any(command => command.Link is ShellLink.Or or ShellLink.Then
        && command.Words is ["true" or ":"] or ["exit", "0"]) && Commands.Count > 1;

    /// <summary>True when another command may succeed where one fails.</summary>
    public bool HasAlternative => Commands.Any(command => command.Link == ShellLink.Or && command.Words is not [("exit" or "false" or "kill"), ..])
        || Commands.Any(command => command.IsConditional);

    /// <summary>True when the check fails with its first command: nothing runs after it regardless, and nothing turns its answer round.</summary>
    public bool IsDecidedByFirst
    {
        get
        {
            ShellCommand[] rest = [.. Commands.Skip(1)];
            return Commands.Count > 0 && !Commands.Any(command => command.InBackground) && rest.All(command => command.Link != ShellLink.Then)
                && !Test[^1].Split((char[]?)null).Contains("!")
                // A search in nothing finds nothing; other programs are content with no input.
                && rest.LastOrDefault(command => command.Link == ShellLink.Pipe) is null or { Words: ["grep" or "egrep" or "fgrep", ..] };
        }
    }

    /// <summary>The probe of <paramref name="subject"/>; null when there is none, or it is the base image's.</summary>
    public static Probe? Of(ServiceSubject subject, ServingContext context)
    {
        var service = subject.Service;
        if (service.Healthcheck is { Disabled: true })
            return null;
        if (service.Healthcheck?.Test is { Count: > 1 } own)
            return Read(own, "healthcheck/test", $"services/{service.Name}/healthcheck/test: {string.Join(' ', own)}", context);

        return subject.Image?.Healthcheck is { IsDisabled: false, Line: > 0 } image && image.Test.Count > 1
            ? Read(image.Test, service.Healthcheck is null ? "build/dockerfile" : "healthcheck",
                Findings.OfDockerfile(subject, image.Line, $"HEALTHCHECK {string.Join(' ', image.Test)}"), context)
            : null;
    }

    /// <summary>The ports of the container that it asks, with the scheme of an address.</summary>
    public IReadOnlyList<(int Port, string? Scheme, string Text)> Targets() =>
        [.. Commands.SelectMany(command => TargetsOf(command.Words)).DistinctBy(target => target.Port)];

    private static Probe? Read(IReadOnlyList<string> test, string key, string evidence, ServingContext context) => test[0] switch
    {
        // What is left of a variable of the compose file that has no value yet is not known.
        "CMD" => new Probe(test, key, evidence)
        {
            Commands = [new ShellCommand([.. test.Skip(1).Select(word => ComposeText.HasVariable(word) ? null : word)], ShellLink.Then, false, false)],
        },
        "CMD-SHELL" => new Probe(test, key, evidence) { Commands = ShellText.Read(test[1], name => context.Variable(name) ?? ShellText.Unknown) },
        _ => null,
    };

    private static IEnumerable<(int Port, string? Scheme, string Text)> TargetsOf(IReadOnlyList<string?> words)
    {
        if (words is not [{ } first, ..])
            yield break;

        var program = first[(first.LastIndexOf('/') + 1)..];
        foreach (var word in words.Skip(1).OfType<string>())
        {
            foreach (Match match in Url().Matches(word))
            {
                var scheme = match.Groups[1].Value.ToLowerInvariant();
                yield return (Ports.Parse(match.Groups[2].Value) ?? (match.Groups[2].Length > 0 ? 0 : scheme == "https" ? 443 : 80), scheme, match.Value);
            }

            if (Clients.Contains(program) && BareAddress().Match(word) is { Success: true } bare)
                yield return (Ports.Parse(bare.Groups[1].Value) ?? 80, "http", word);
        }

        if (program is "nc" or "ncat" && words is [.., "localhost" or "127.0.0.1" or "0.0.0.0", { } last] && Ports.Parse(last) is { } port)
            yield return (port, null, string.Join(' ', words));
    }

    [GeneratedRegex(@"(https?)://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::([0-9]+))?(?:$|[/?#'""\s)])", RegexOptions.IgnoreCase)]
    private static partial Regex Url();

    [GeneratedRegex(@"^(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::([0-9]+))?(?:/.*)?$")]
    private static partial Regex BareAddress();
}
