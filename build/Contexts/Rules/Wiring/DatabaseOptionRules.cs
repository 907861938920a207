using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>VC511: a database takes the options that it is started with. MySQL ends at an option that its version has no more.</summary>
internal sealed class DatabaseOptionRules : ServiceRule
{
    private const int Newest = 900;

    // The first version without the option, as 804 for 8.4 (https://dev.mysql.com/doc/refman/8.4/en/added-deprecated-removed.html, .../9.0/...).
    private static readonly Dictionary<string, (int Version, string Instead)> Removed = new(StringComparer.Ordinal)
    {
        ["default-authentication-plugin"] = (804, "leave it out, or --mysql-native-password=ON with image: mysql:8.4; or image: mysql:8.0"),
        ["skip-host-cache"] = (803, "--host-cache-size=0"),
        ["mysql-native-password"] = (900, "leave it out, and let the program sign in by caching_sha2_password; or image: mysql:8.4"),
        ["query-cache-size"] = (800, "leave it out: MySQL 8 has no such cache"),
        ["query-cache-type"] = (800, "leave it out: MySQL 8 has no such cache"),
        ["query-cache-limit"] = (800, "leave it out: MySQL 8 has no such cache"),
        ["innodb-file-format"] = (800, "leave it out"),
        ["innodb-large-prefix"] = (800, "leave it out"),
        ["expire-logs-days"] = (804, "--binlog-expire-logs-seconds=<seconds>"),
        ["old-passwords"] = (800, "leave it out"),
    };

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        var service = subject.Service;
        var name = service.Build is null ? service.Image : Inherited(subject.Image);
        if (name is null || ComposeText.HasVariable(name) || KnownImage.RepositoryOf(name) is not "mysql" || service.Entrypoint is not null || name.Contains('@', StringComparison.Ordinal))
            yield break;

        var (words, key) = service.Command is { Count: > 0 } own ? (own, "command")
            : subject.Image?.Command is { IsShell: false } command ? (command.Words, "build/dockerfile") : ([], "");
        if (words is not [{ Length: > 0 } first, ..] || !(first == "mysqld" || first.StartsWith('-')) || Version(KnownImage.TagOf(name)) is not { } version)
            yield break;

        foreach (var word in words.Where(word => word.StartsWith("--", StringComparison.Ordinal)))
            if (Removed.TryGetValue(word[2..].Split('=')[0].Replace('_', '-'), out var it) && version >= it.Version)
                yield return Findings.About(
                    subject, key, "VC511", Certainty.Likely, $"'{service.Name}' starts MySQL with '{word}', which {name} has no more: unknown variable, and it ends", it.Instead);
    }

    private static string? Inherited(Stage? stage) => stage is { IsReplaced: false, Entrypoint: null } ? stage.BaseImage : null;

    // A tag with one number follows the newest of it: 8 is 8.4.
    private static int? Version(string? tag)
    {
        var first = (tag ?? "latest").Split('-')[0];
        if (first is "latest" or "innovation" or "oracle" or "oraclelinux9")
            return Newest;
        if (first is "lts" or "8")
            return 804;

        var parts = first.Split('.');
        return int.TryParse(parts[0], out var major) && major is > 4 and < 30 ? (major * 100) + (parts.Length > 1 && int.TryParse(parts[1], out var minor) ? minor : 0) : null;
    }
}
