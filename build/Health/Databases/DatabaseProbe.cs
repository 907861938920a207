using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Health.Databases;

/// <summary>Asks PostgreSQL and Redis by their own protocols, with the credentials and the database of the connection string.
/// It asks from this machine, and says so: a container may resolve a name otherwise.</summary>
/// <param name="engineHost">The host that <c>localhost</c> stands for; null when the engine is on this machine.</param>
/// <param name="time">The clock.</param>
internal sealed class DatabaseProbe(string? engineHost, TimeProvider time) : IRequirementProbe
{
    /// <inheritdoc />
    public async Task<RequirementAnswer> ProbeAsync(Requirement requirement, CancellationToken cancellationToken)
    {
        if (ConnectionUrl.UnresolvedVariables(requirement.Url) is [_, ..] variables)
        {
            return new RequirementAnswer(
                requirement.Where,
                FailureClass.DatabaseUnreachable,
                $"cannot be asked: {string.Join(", ", variables.Select(variable => $"${{{variable}}}"))} in {requirement.Where} has no value",
                $"set {string.Join(", ", variables)} in the .env file or the environment");
        }

        if (ConnectionUrl.Parse(requirement.Url) is not { } url)
        {
            return new RequirementAnswer(
                requirement.Where,
                FailureClass.DatabaseUnreachable,
                $"the value of {requirement.Where} is not a connection URL",
                "write it as postgresql://user:password@host:5432/database or redis://:password@host:6379/0, special characters of user and password percent-encoded");
        }

        return url.Scheme == "postgresql"
            ? await new PostgresProbe(time).AskAsync(url, Reached(url.Host), Note(requirement, url), cancellationToken)
            : await RedisProbe.AskAsync(url, Reached(url.Host), Note(requirement, url), cancellationToken);
    }

    /// <summary>The host to ask from here for what a container calls <paramref name="host"/>.</summary>
    internal string Reached(string host)
    {
        // Docker Desktop's names and extra_hosts' "host-gateway": the engine's host as containers see it.
        var isGateway = host.ToLowerInvariant() is "host.docker.internal" or "gateway.docker.internal";
        var isLoopback = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
        if (engineHost is not null)
            return isGateway || isLoopback ? engineHost : host;

        return isGateway ? BridgeAddress() ?? "127.0.0.1" : host;
    }

    private static string? BridgeAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .FirstOrDefault(candidate => candidate.Name == "docker0")?.GetIPProperties().UnicastAddresses
        .FirstOrDefault(address => address.Address.AddressFamily == AddressFamily.InterNetwork)?.Address.ToString();

    private static string Note(Requirement requirement, ConnectionUrl url) =>
        requirement.Service is not null && url.Host.ToLowerInvariant() is "localhost" or "127.0.0.1" or "::1"
            ? "asked from this machine; inside the container localhost is the container itself"
            : "asked from this machine";
}
