using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Shells;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>Servers that are told where to listen by files, urls or properties.</summary>
internal sealed partial class KnownServers
{
    private IReadOnlyList<Listener> Nginx(ServerOptions options)
    {
        if (options.HasUnknown || options.Has("-c", "-p"))
            return [Unknown("nginx")];

        var texts = context.NginxTexts();
        if (texts.Count == 0)
        {
            int? port = context.Image?.Repository switch { "nginx" => 80, "nginxinc/nginx-unprivileged" => 8080, _ => null };
            return [port is null || context.IsMentioned("nginx") ? Unknown("nginx") : new Listener("nginx", port)];
        }

        var listeners = texts.Where(text => text is not null).SelectMany(text => Listen().Matches(Comment().Replace(text!, "")))
            .Select(match => match.Groups[1].Value is var place && Ports.Parse(place) is { } port ? new Listener("nginx", port) : At("nginx", place))
            .Where(listener => listener.Port is not null)
            .Distinct()
            .ToList();
        // What is not known may listen elsewhere, and the image's own default.conf may still be there.
        return texts.Any(text => text is null || text.Contains("${", StringComparison.Ordinal)) || listeners.Count == 0 || context.IsMentioned("nginx")
            ? [Unknown("nginx")]
            : [.. listeners.Select(listener => listener with { IsSure = false })];
    }

    private IReadOnlyList<Listener>? DotNet(ServerOptions options)
    {
        var urls = options.Last("--urls") is { IsSet: true } given ? given.Value ?? ShellText.Unknown
            : variable("ASPNETCORE_URLS") ?? variable("DOTNET_URLS") ?? variable("URLS");
        var ports = variable("ASPNETCORE_HTTP_PORTS") ?? variable("DOTNET_HTTP_PORTS");
        if (urls is null && (ports is null || context.Image?.Repository.EndsWith("/runtime", StringComparison.Ordinal) == true))
            return null;
        if (urls == ShellText.Unknown || (urls is null && ports == ShellText.Unknown))
            return [Unknown("Kestrel")];

        // Settings and the program itself may say otherwise.
        var listeners = urls is null
            ? ports!.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(port => new Listener("Kestrel", Ports.Parse(port)))
            : urls.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(url => url.IndexOf("://", StringComparison.Ordinal) is > 0 and var start
                ? At("Kestrel", url[(start + 3)..].TrimEnd('/')) : Unknown("Kestrel"));
        return [.. listeners.Select(listener => listener with { IsSure = false, Host = listener.Host is "+" or "*" ? null : listener.Host })];
    }

    private IReadOnlyList<Listener>? Java(ServerOptions options)
    {
        var given = options.Words.OfType<string>()
            .Select(word => word.StartsWith("--server.port=", StringComparison.Ordinal) ? word["--server.port=".Length..]
                : word.StartsWith("-Dserver.port=", StringComparison.Ordinal) ? word["-Dserver.port=".Length..] : null)
            .OfType<string>().FirstOrDefault() ?? (options.HasUnknown ? null : variable("SERVER_PORT"));
        return given is null or ShellText.Unknown ? null : [OfText("Spring", given) with { IsSure = false }];
    }

    private Listener PhpFpm()
    {
        var mayDiffer = context.IsCopied("fpm") || context.IsMentioned("fpm") || context.IsCopied("/usr/local/etc");
        return new Listener("php-fpm", mayDiffer ? null : 9000) { IsHttp = false, IsSure = !mayDiffer };
    }

    private Listener Apache() => context.IsCopied("apache") || context.IsCopied("ports.conf") || context.IsCopied("/etc/") || context.IsMentioned("apache2/") || context.IsMentioned("Listen")
        ? Unknown("apache")
        : new Listener("apache", 80);

    [GeneratedRegex(@"(?:^|[;{\s])listen\s+([^\s;]+)")]
    private static partial Regex Listen();

    [GeneratedRegex(@"#[^\n]*")]
    private static partial Regex Comment();
}
