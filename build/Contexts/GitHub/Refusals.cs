using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>The ways in which GitHub says no, in words: who was asked what, what the answer was, what to do.</summary>
internal sealed class Refusals
{
    private const string TokenSources = "--github-token, GITHUB_TOKEN or GH_TOKEN";
    private readonly Redactor redactor = new();
    private readonly bool tokenGiven;

    public Refusals(string? token)
    {
        tokenGiven = token is not null;
        redactor.Add(token);
    }

    /// <summary>The <c>message</c> of an answer whose content is buffered, else the beginning of its text; fit to be shown but not redacted.</summary>
    public static string MessageOf(HttpResponseMessage response)
    {
        using var body = new MemoryStream();
        response.Content.CopyTo(body, null, CancellationToken.None);
        return MessageIn(body.ToArray());
    }

    /// <summary>Passes on what the caller understands (an answer, 304, 404, 409, 422) and throws for the rest.</summary>
    public HttpResponseMessage ThrowIfRefused(HttpMethod method, Uri asked, HttpResponseMessage response) => response.StatusCode switch
    {
        < HttpStatusCode.MultipleChoices or HttpStatusCode.NotModified => response,
        HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity => response,
        HttpStatusCode.Unauthorized => throw TokenRejected(asked, response),
        HttpStatusCode.Forbidden => throw Forbidden(method, asked, response),
        _ => throw new WorldRefusedException(
            FailureClass.GitHubUnavailable,
            $"{asked.Authority} answered {Status(response)} to {Question(method, asked)}",
            "check that --github-url is the REST root of a GitHub (https://api.github.com, or https://host/api/v3), then run again",
            Evidence(response)),
    };

    /// <summary>The limit is used up for longer than we wait.</summary>
    public WorldRefusedException NoRequestsLeft(Uri asked, HttpResponseMessage response, DateTimeOffset end, TimeSpan wait)
    {
        var allowance = Allowance.Of(response);
        var until = allowance is { Remaining: 0 }
            ? string.Create(CultureInfo.InvariantCulture,
                $"all {allowance.Limit} requests of the hour are used; more from {allowance.Reset:HH:mm} UTC")
            : string.Create(CultureInfo.InvariantCulture, $"it asks for a pause of {Math.Ceiling(wait.TotalSeconds)} s; more from {end:HH:mm} UTC");
        return new WorldRefusedException(
            FailureClass.GitHubUnavailable,
            $"{asked.Authority} lets us ask no more: {until}",
            tokenGiven ? "run again after that time" : $"run again after that time, or give a token ({TokenSources}): 5,000 requests an hour instead of 60",
            Evidence(response));
    }

    /// <summary>The server accepted the connection, or not even that, and then said nothing.</summary>
    public static WorldRefusedException Silent(HttpMethod method, Uri asked, TimeSpan timeout, TimeSpan waited, int tries) => new(
        FailureClass.GitHubUnavailable,
        string.Create(CultureInfo.InvariantCulture,
            $"{asked.Authority} does not answer {Question(method, asked)}: silent for {timeout.TotalSeconds:0.#} s, tried {tries} times, {waited.TotalSeconds:0} s in all"),
        $"check that {asked.GetLeftPart(UriPartial.Authority)} can be reached from here (proxy, firewall, --github-url), then run again");

    /// <summary>Every try failed.</summary>
    public WorldRefusedException Unreachable(HttpMethod method, Uri asked, string failure, int tries) => new(
        FailureClass.GitHubUnavailable,
        string.Create(CultureInfo.InvariantCulture,
            $"{asked.Authority} failed {tries} times at {Question(method, asked)}: {Clean(failure)}"),
        $"check that {asked.GetLeftPart(UriPartial.Authority)} can be reached from here (proxy, firewall, --github-url), or wait until it works again");

    /// <summary>An answer of status 200 that is not what GitHub sends.</summary>
    public WorldRefusedException Unreadable(Uri asked, HttpResponseMessage response) => new(
        FailureClass.GitHubUnavailable,
        $"{asked.Authority} answered {Question(HttpMethod.Get, asked)} with something that GitHub does not send",
        "check that --github-url is the REST root of a GitHub (https://api.github.com, or https://host/api/v3) and that no proxy answers instead",
        Evidence(response));

    /// <summary>An answer that GitHub's own words or git's rules contradict.</summary>
    public static WorldRefusedException Wrong(RepositoryName repository, string what) => new(
        FailureClass.GitHubUnavailable,
        $"{repository}: {Shown.Safe(what)}",
        "run again; if it stays so, the server at --github-url does not give what it names");

    /// <summary>A redirect that is not followed.</summary>
    public static WorldRefusedException Redirected(Uri asked, Uri target, string why) => new(
        FailureClass.GitHubUnavailable,
        $"{asked.Authority} redirects {Question(HttpMethod.Get, asked)} to {target.GetLeftPart(UriPartial.Authority)}; {why}",
        $"if that is where the API is, say so: --github-url {target.GetLeftPart(UriPartial.Authority)}");

    private WorldRefusedException TokenRejected(Uri asked, HttpResponseMessage response) => tokenGiven
        ? new WorldRefusedException(
            FailureClass.CredentialsRejected,
            $"{asked.Authority} rejects the GitHub token: {Clean(MessageOf(response))}",
            $"the token comes from {TokenSources} (the first that is set): replace it, or unset it when every repository is public",
            Evidence(response))
        : new WorldRefusedException(
            FailureClass.CredentialsRejected,
            $"{asked.Authority} answers nobody without a token: {Clean(MessageOf(response))}",
            $"give a token with read access to contents ({TokenSources})",
            Evidence(response));

    private WorldRefusedException Forbidden(HttpMethod method, Uri asked, HttpResponseMessage response) => tokenGiven
        ? new WorldRefusedException(
            FailureClass.CredentialsRejected,
            $"{asked.Authority} forbids this token {Question(method, asked)}: {Clean(MessageOf(response))}",
            response.Headers.Contains("x-github-sso")
                ? "the organisation wants single sign-on: authorise the token for it under github.com/settings/tokens (Configure SSO)"
                : "give the token read access to the contents of this repository, or use another one "
                    + $"({TokenSources})",
            Evidence(response))
        : new WorldRefusedException(
            FailureClass.GitHubUnavailable,
            $"{asked.Authority} forbids {Question(method, asked)}: {Clean(MessageOf(response))}",
            $"give a token that may read this repository ({TokenSources}), or ask whoever runs {asked.Authority}",
            Evidence(response));

    private string[] Evidence(HttpResponseMessage response) =>
        [$"HTTP {Status(response)}", .. Clean(MessageOf(response)) is { Length: > 0 } message ? (string[])[message] : []];

    private string Clean(string text) => Shown.Safe(redactor.Redact(text.Trim()));

    private static string Question(HttpMethod method, Uri asked) => $"{method} {asked.PathAndQuery}";

    private static string Status(HttpResponseMessage response) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {Shown.Safe(response.ReasonPhrase ?? "", 60)}").TrimEnd();

    private static string MessageIn(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("message", out var message)
                && message.ValueKind == JsonValueKind.String)
                return message.GetString()!;
        }
        catch (JsonException)
        {
            // Not GitHub's own words: then the beginning of whatever it is.
        }

        return Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 200)));
    }
}
