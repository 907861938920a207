using System.Net.Sockets;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Health.Databases;

/// <summary>The answers that both protocols share. Nothing here repeats a library's text: it may hold the password.</summary>
internal sealed record Refusal(string Address, string Host, int Port, string Note)
{
    public RequirementAnswer Socket(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => Unreachable(
            "connection refused: nothing listens there",
            FormattableString.Invariant($"start the server, or let it listen on {Host}:{Port} (listen_addresses, bind), or correct host and port")),
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => Unreachable(
            $"unknown host '{Host}'",
            $"correct the host, or make '{Host}' resolvable (DNS, extra_hosts)"),
        SocketError.TimedOut => TimedOut(),
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => Unreachable(
            $"no route to host '{Host}'", "correct the host, or the network between this machine and it"),
        _ => Unreachable($"the connection failed ({error})", "see that the server runs and accepts connections from here"),
    };

    public RequirementAnswer TimedOut() => Unreachable(
        "no answer within 5 s",
        FormattableString.Invariant($"see that {Host} is up and no firewall drops port {Port}"));

    public RequirementAnswer Unreachable(string what, string remedy) =>
        new(Address, FailureClass.DatabaseUnreachable, $"{what} ({Note})", remedy);

    public RequirementAnswer Rejected(string what, string remedy) =>
        new(Address, FailureClass.CredentialsRejected, $"{what} ({Note})", remedy);

    /// <summary>The error of a socket somewhere inside <paramref name="exception"/>.</summary>
    public static SocketError? SocketErrorOf(Exception? exception) => exception switch
    {
        null => null,
        SocketException socket => socket.SocketErrorCode,
        AggregateException many => many.InnerExceptions.Select(SocketErrorOf).FirstOrDefault(error => error is not null),
        _ => SocketErrorOf(exception.InnerException),
    };
}
