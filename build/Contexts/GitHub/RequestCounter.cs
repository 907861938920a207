using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>Counts what is sent to the API, reads from the answers how much is left, and lets no more than four requests run at once.</summary>
internal sealed class RequestCounter(Uri root) : DelegatingHandler
{
    /// <summary>The repository a request is about, where its address does not say so.</summary>
    public static readonly HttpRequestOptionsKey<RepositoryName> Repository = new("repository");

    private const int AtOnce = 4;

    private readonly ConcurrentDictionary<RepositoryName, ApiUsage> usage = new();
    private readonly SemaphoreSlim turns = new(AtOnce, AtOnce);
    private volatile Allowance? allowance;

    /// <summary>The requests so far, by repository.</summary>
    public IReadOnlyDictionary<RepositoryName, ApiUsage> Usage => usage.ToDictionary();

    /// <summary>One line for people about what was used and what is left.</summary>
    public string Budget
    {
        get
        {
            var sent = usage.Values.Sum(used => used.Requests);
            var counted = usage.Values.Sum(used => used.Counted);
            return allowance is not { } left
                ? string.Create(CultureInfo.InvariantCulture, $"GitHub: used {counted} counted of {sent} sent requests")
                : string.Create(CultureInfo.InvariantCulture,
                    $"GitHub: used {counted} of {left.Limit} requests, {left.Remaining} left until {left.Reset:HH:mm} UTC");
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!Origins.Same(request.RequestUri!, root))
            return await base.SendAsync(request, cancellationToken);

        await turns.WaitAsync(cancellationToken);
        try
        {
            Add(request, new ApiUsage(1, 0));
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.NotModified)
                Add(request, new ApiUsage(0, 1));

            // GraphQL has a limit of its own, counted in points.
            if (request.Method == HttpMethod.Get)
                allowance = Allowance.Of(response) ?? allowance;

            return response;
        }
        finally
        {
            turns.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            turns.Dispose();

        base.Dispose(disposing);
    }

    /// <summary>The repository that <paramref name="request"/> is about, or null.</summary>
    public static RepositoryName? RepositoryOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(Repository, out var repository) ? repository : RepositoryAddress.Of(request.RequestUri!)?.Name;

    private void Add(HttpRequestMessage request, ApiUsage more)
    {
        if (RepositoryOf(request) is { } name)
            usage.AddOrUpdate(name, more, (_, so) => new ApiUsage(so.Requests + more.Requests, so.Counted + more.Counted));
    }
}

/// <summary>The part of an address that names a repository.</summary>
/// <param name="Path">The path up to the name: <c>/repos/owner/name</c>, behind the path of the root.</param>
/// <param name="Name">The repository.</param>
internal sealed partial record RepositoryAddress(string Path, RepositoryName Name)
{
    /// <summary>That part of <paramref name="address"/>; null when it names none.</summary>
    public static RepositoryAddress? Of(Uri address)
    {
        var path = address.AbsolutePath;
        return Repository().Match(path) is { Success: true } match
            ? new RepositoryAddress(
                path[..(match.Index + match.Length)], new RepositoryName(Uri.UnescapeDataString(match.Groups[1].Value), Uri.UnescapeDataString(match.Groups[2].Value)))
            : null;
    }

    [GeneratedRegex("/repos/([^/]+)/([^/]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Repository();
}

/// <summary>What GitHub says is left (the <c>x-ratelimit-*</c> headers).</summary>
/// <param name="Limit">Requests an hour.</param>
/// <param name="Remaining">How many of them are left.</param>
/// <param name="Reset">When the hour ends.</param>
internal sealed record Allowance(int Limit, int Remaining, DateTimeOffset Reset)
{
    /// <summary>The allowance in the headers of <paramref name="response"/>, or null.</summary>
    public static Allowance? Of(HttpResponseMessage response) =>
        Number(response, "x-ratelimit-limit") is { } limit
        && Number(response, "x-ratelimit-remaining") is { } remaining
        && Number(response, "x-ratelimit-reset") is { } reset and > 0 and < 253_402_300_800
            ? new Allowance((int)limit, (int)remaining, DateTimeOffset.FromUnixTimeSeconds(reset))
            : null;

    private static long? Number(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values)
        && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : null;
}

/// <summary>Scheme, host and port.</summary>
internal static class Origins
{
    /// <summary>True when both addresses are of one server.</summary>
    public static bool Same(Uri one, Uri other) =>
        Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
}
