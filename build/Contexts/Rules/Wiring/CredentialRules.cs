using System.Text.RegularExpressions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>VC505: user, password and database of a connection string are those that the database's service was told to make. Values are compared
/// and never shown; what a variable without a value decides is not compared. An existing volume may hold others, so none is certain.</summary>
internal sealed partial class CredentialRules : IRolloutRule
{
    public IEnumerable<Finding> Check(Rollout rollout) =>
        from client in rollout.Services
        from address in DataAddress.Of(client)
        where address.IsData && NamedServices.Find(rollout, address.Host) is not null
        let server = NamedServices.Find(rollout, address.Host)
        where server.Name != client.Name && server.Build is null
        from finding in Check(rollout, client, address, server)
        select finding;

    private static IEnumerable<Finding> Check(Rollout rollout, Service client, DataAddress address, Service server) => KnownImage.Find(server.Image)?.Kind switch
    {
        "postgresql" => Postgres(rollout, client, address, server),
        "mysql" => MySql(rollout, client, address, server),
        "redis" => Redis(rollout, client, address, server),
        "mongodb" => Mongo(rollout, client, address, server),
        _ => [],
    };

    private static IEnumerable<Finding> Postgres(Rollout rollout, Service client, DataAddress address, Service server)
    {
        if (HasScripts(server) || address.Kind is not (null or "postgresql"))
            yield break;

        // The image's own defaults: https://hub.docker.com/_/postgres
        var user = Value(server, "POSTGRES_USER") ?? "postgres";
        if (Differ(address.User, user))
            yield return About(rollout, client, address, server, AddressPart.User, "POSTGRES_USER", FailureClass.CredentialsRejected);
        else if (Differ(address.Password, Value(server, "POSTGRES_PASSWORD")))
            yield return About(rollout, client, address, server, AddressPart.Password, "POSTGRES_PASSWORD", FailureClass.CredentialsRejected);

        if (Differ(address.Database, Value(server, "POSTGRES_DB") ?? user) && address.Database is not ("postgres" or "template1"))
            yield return About(rollout, client, address, server, AddressPart.Database, "POSTGRES_DB", FailureClass.DatabaseUnreachable);
    }

    private static IEnumerable<Finding> MySql(Rollout rollout, Service client, DataAddress address, Service server)
    {
        if (HasScripts(server) || address.Kind is not (null or "mysql"))
            yield break;

        var (prefix, root) = server.Environment.Keys.Any(name => name.StartsWith("MARIADB_", StringComparison.Ordinal)) ? ("MARIADB_", "MARIADB_ROOT_PASSWORD") : ("MYSQL_", "MYSQL_ROOT_PASSWORD");
        if (address.User == "root")
        {
            if (Differ(address.Password, Value(server, root)))
                yield return About(rollout, client, address, server, AddressPart.Password, root, FailureClass.CredentialsRejected);
        }
        else if (Differ(address.User, Value(server, prefix + "USER")))
            yield return About(rollout, client, address, server, AddressPart.User, prefix + "USER", FailureClass.CredentialsRejected);
        else if (Differ(address.Password, Value(server, prefix + "PASSWORD")))
            yield return About(rollout, client, address, server, AddressPart.Password, prefix + "PASSWORD", FailureClass.CredentialsRejected);

        if (Differ(address.Database, Value(server, prefix + "DATABASE")))
            yield return About(rollout, client, address, server, AddressPart.Database, prefix + "DATABASE", FailureClass.DatabaseUnreachable);
    }

    private static IEnumerable<Finding> Mongo(Rollout rollout, Service client, DataAddress address, Service server)
    {
        // Other users than the root one are made by scripts or by hand.
        if (!HasScripts(server) && Same(address.User, Value(server, "MONGO_INITDB_ROOT_USERNAME"))
            && Differ(address.Password, Value(server, "MONGO_INITDB_ROOT_PASSWORD")))
            yield return About(rollout, client, address, server, AddressPart.Password, "MONGO_INITDB_ROOT_PASSWORD", FailureClass.CredentialsRejected);
    }

    private static IEnumerable<Finding> Redis(Rollout rollout, Service client, DataAddress address, Service server)
    {
        // Only what is asked for on the command line; a configuration file or another entrypoint may say otherwise.
        if (address.Kind is not (null or "redis") || server.Entrypoint is not null || server.Command is not { Count: > 0 } command
            || command[0] is not ("redis-server" or "valkey-server") || command.Any(word => word.EndsWith(".conf", StringComparison.Ordinal)))
            yield break;

        var at = command.ToList().IndexOf("--requirepass");
        var wanted = at >= 0 && at + 1 < command.Count ? command[at + 1] : null;
        if (wanted is not null && address.Password is null && address.Kind == "redis" && address.Variable.EndsWith("URL", StringComparison.Ordinal))
        {
            yield return Findings.About(client, $"environment/{address.Variable}", "VC505", FailureClass.CredentialsRejected, Certainty.Likely,
                $"{address.Variable} of '{client.Name}' has no password, and '{server.Name}' is started with --requirepass",
                $"{address.Variable}: redis://:<password>@{server.Name}:6379/0").At(ComposeText.OfVariable(rollout, client.Name, address.Variable));
        }
        else if (wanted is not null && address.User is null && Differ(address.Password, wanted))
            yield return About(rollout, client, address, server, AddressPart.Password, "--requirepass", FailureClass.CredentialsRejected);
    }

    // A service that makes its databases itself, by a migration or a setup of its own, names one that the image does not make.
    private static Certainty Judge(Service client, AddressPart part) =>
        part == AddressPart.Database && (client.Command ?? []).Concat(client.Entrypoint ?? []).Any(word => Makes().IsMatch(word)) ? Certainty.Hint : Certainty.Likely;

    [GeneratedRegex("create|migrate|setup|prepare|init|bootstrap|ensure", RegexOptions.IgnoreCase)]
    private static partial Regex Makes();

    private static Finding About(Rollout rollout, Service client, DataAddress address, Service server, AddressPart part, string source, FailureClass failure)
    {
        var (variable, what) = (address.VariableOf(part), part.ToString().ToLowerInvariant());
        return Findings.About(client, $"environment/{variable}", "VC505", failure, Judge(client, part),
            $"the {what} in {variable} of '{client.Name}' is not the one that '{server.Name}' makes ({source})",
            $"the same {what} in both: a variable such as ${{{(source.StartsWith('-') ? "REDIS_PASSWORD" : source)}}} in {variable} and in '{server.Name}'")
            .At(ComposeText.OfVariable(rollout, client.Name, variable));
    }

    private static string? Value(Service service, string name) => service.Environment.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    private static bool Differ(string? one, string? other) => AreKnown(one, other) && one != other;

    private static bool Same(string? one, string? other) => AreKnown(one, other) && one == other;

    private static bool AreKnown(string? one, string? other) =>
        one is not null && other is not null && !ComposeText.HasVariable(one) && !ComposeText.HasVariable(other);

    // Scripts may make further users and databases.
    private static bool HasScripts(Service server) =>
        server.Mounts.Any(mount => mount.Target.StartsWith("/docker-entrypoint-initdb.d", StringComparison.Ordinal));
}
