using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Health.Docker;

/// <summary>Asks a container's databases from inside its network whether they answer.</summary>
internal static class ServerLook
{
    private const int Most = 6;
    private const int PatienceMilliseconds = 2000;

    /// <summary>The databases and caches in the service's own connection strings, each once.</summary>
    public static IReadOnlyList<DatabaseServer> ServersOf(Service service) =>
        [.. service.Environment.Values.OfType<string>().Select(DatabaseServer.Parse).OfType<DatabaseServer>().Distinct().Take(Most)];

    /// <summary>Looks from the network namespace of process <paramref name="processId"/>, which is the container's main process on this machine.</summary>
    /// <exception cref="IOException">The namespace cannot be entered, or no name server answers there.</exception>
    public static Task<IReadOnlyList<ReachedServer>> FromInsideAsync(long processId, IReadOnlyList<DatabaseServer> servers)
    {
        var resolver = new ContainerResolver(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/root"));
        return NetworkNamespace.RunAsync<IReadOnlyList<ReachedServer>>(processId, () => [.. servers.Select(server => Look(server, resolver))]);
    }

    /// <summary>The words for an outcome.</summary>
    public static string Told(Reach outcome, string host) => outcome switch
    {
        Reach.Answers => "takes the connection",
        Reach.Refuses => "refuses the connection: nothing listens there for it",
        Reach.UnknownHost => $"the name {host} does not resolve there",
        _ => "does not answer within 2 s, or there is no route to it",
    };

    private static ReachedServer Look(DatabaseServer server, ContainerResolver resolver) => Ask(server, resolver.Resolve(server.Host));

    /// <summary>Asks a server at its address; null is a name that does not resolve.</summary>
    internal static ReachedServer Ask(DatabaseServer server, IPAddress? address)
    {
        if (address is null)
            return new ReachedServer(server, Reach.UnknownHost, Told(Reach.UnknownHost, server.Host));

        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        var outcome = Connect(socket, address, server.Port);
        // MySQL speaks first, and says there and then whom it does not let in.
        return outcome == Reach.Answers && server.Server == "MySQL" && ReadGreeting(socket) is { } refusal
            ? new ReachedServer(server, Reach.Refuses, $"takes the connection and answers: {refusal}")
            : new ReachedServer(server, outcome, Told(outcome, server.Host));
    }

    private static string? ReadGreeting(Socket socket)
    {
        var packet = new byte[512];
        try
        {
            return socket.Poll(PatienceMilliseconds * 1000, SelectMode.SelectRead) ? MySqlGreeting.Refusal(packet.AsSpan(0, socket.Receive(packet))) : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static Reach Connect(Socket socket, IPAddress address, int port)
    {
        try
        {
            socket.Connect(address, port);
        }
        catch (SocketException pending) when (pending.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (!socket.Poll(PatienceMilliseconds * 1000, SelectMode.SelectWrite))
                return Reach.Silent;
        }
        catch (SocketException refused)
        {
            return Of(refused.SocketErrorCode);
        }

        return Of((SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!);
    }

    private static Reach Of(SocketError error) => error switch
    {
        SocketError.Success => Reach.Answers,
        SocketError.ConnectionRefused => Reach.Refuses,
        _ => Reach.Silent,
    };
}
