using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>How the entrypoint of a database's image is called: <c>docker-entrypoint.sh</c> of postgres, mysql and mariadb prepares the data only in front of the server.</summary>
internal static class DatabaseStart
{
    private static readonly string[] Servers = ["postgres", "mysqld", "mariadbd"];

    // With these the server prints something and ends, and the script passes them on.
    private static readonly string[] Questions = ["-?", "--help", "--describe-config", "-V", "--version", "--print-defaults"];

    /// <summary>True when the image's own entrypoint prepares the data and starts the server.</summary>
    public static bool IsPrepared(Service service) => service.Entrypoint is null
        && (service.Command is null or [] || ((Servers.Contains(service.Command[0]) || service.Command[0].StartsWith('-')) && !service.Command.Any(Questions.Contains)));

    /// <summary>True when one of two paths is the other, or lies below it.</summary>
    public static bool AreRelated(string one, string other)
    {
        var (first, second) = ($"{one.TrimEnd('/')}/", $"{other.TrimEnd('/')}/");
        return first.StartsWith(second, StringComparison.Ordinal) || second.StartsWith(first, StringComparison.Ordinal);
    }
}
