using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Registries;

/// <summary>The conversation with one registry about one repository: it finds out how to speak, logs in when it must, and remembers both.</summary>
internal sealed class RegistrySession(string registry, string repository, RegistryWire wire, RegistryCredentials credentials)
{
    private AuthenticationHeaderValue? authorization;
    private Uri? root;

    /// <summary>True when credentials were given.</summary>
    public bool LoggedIn { get; private set; }

    /// <summary>Asks for <paramref name="path"/> below the repository; a 401 is answered once.</summary>
    /// <exception cref="HttpRequestException">The registry, or the one that gives tokens for it, does not answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, IReadOnlyList<string> accept, CancellationToken cancellationToken)
    {
        var response = await SendOnceAsync(method, path, accept, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || RegistryChallenge.Of(response.Headers.WwwAuthenticate) is not { } challenge)
            return response;

        response.Dispose();
        if (await LogInAsync(challenge, cancellationToken) is { } refusal)
            return refusal;

        return await SendOnceAsync(method, path, accept, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpMethod method, string path, IReadOnlyList<string> accept, CancellationToken cancellationToken)
    {
        if (root is not null)
            return await SendToAsync(root);

        var roots = RootsOf(registry);
        for (var i = 0; ; i++)
        {
            try
            {
                var response = await SendToAsync(roots[i]);
                root = roots[i];
                return response;
            }
            catch (HttpRequestException) when (i + 1 < roots.Count)
            {
                // A registry of this machine may speak plain http.
            }
        }

        async Task<HttpResponseMessage> SendToAsync(Uri at)
        {
            using var request = new HttpRequestMessage(method, new Uri(at, $"v2/{repository}/{path}"));
            foreach (var type in accept)
                request.Headers.Accept.ParseAdd(type);
            request.Headers.Authorization = authorization;
            return await wire.SendAsync(request, cancellationToken);
        }
    }

    // As the engine does: registries of this machine are insecure, all others are asked over https only.
    private static IReadOnlyList<Uri> RootsOf(string registry)
    {
        // Docker Hub's name in references is not the host of its registry.
        var host = registry == ImageReference.DockerHub ? "registry-1.docker.io" : registry;
        var secure = new Uri($"https://{host}/");
        return secure.IsLoopback ? [secure, new Uri($"http://{host}/")] : [secure];
    }

    // Null when we may ask again; else the refusal of whoever gives the tokens.
    private async Task<HttpResponseMessage?> LogInAsync(RegistryChallenge challenge, CancellationToken cancellationToken)
    {
        var credential = await credentials.ForAsync(registry, cancellationToken);
        LoggedIn = credential is not null;
        if (challenge.Scheme == "basic")
        {
            authorization = credential is { Username: { } name, Password: { } password } ? Basic(name, password) : null;
            return authorization is null ? new HttpResponseMessage(HttpStatusCode.Unauthorized) : null;
        }

        using var request = TokenRequest(challenge, credential)
            ?? throw new HttpRequestException($"{registry} wants a token from '{challenge.Parameters["realm"]}', which is no place to send credentials to");
        var response = await wire.SendAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests)
            return response;
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException(FormattableString.Invariant($"{request.RequestUri!.Host} gives no token: it answered {(int)response.StatusCode}"));

        using (response)
        {
            authorization = await TokenOfAsync(response, cancellationToken) is { Length: > 0 } token
                ? new AuthenticationHeaderValue("Bearer", token)
                : throw new HttpRequestException($"{request.RequestUri!.Host} gave no token");
            return null;
        }
    }

    // https://distribution.github.io/distribution/spec/auth/token and …/auth/oauth
    private HttpRequestMessage? TokenRequest(RegistryChallenge challenge, RegistryCredential? credential)
    {
        if (!Uri.TryCreate(challenge.Parameters["realm"], UriKind.Absolute, out var realm)
            || !(realm.Scheme == Uri.UriSchemeHttps || (realm.Scheme == Uri.UriSchemeHttp && root!.Scheme == Uri.UriSchemeHttp && realm.IsLoopback)))
            return null;

        var service = challenge.Parameters.GetValueOrDefault("service") ?? "";
        var scope = challenge.Parameters.GetValueOrDefault("scope") is { Length: > 0 } asked ? asked : $"repository:{repository}:pull";
        if (credential?.IdentityToken is { } refresh)
        {
            return new HttpRequestMessage(HttpMethod.Post, realm)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "refresh_token",
                    ["refresh_token"] = refresh,
                    ["client_id"] = "phased-rollout",
                    ["service"] = service,
                    ["scope"] = scope,
                }),
            };
        }

        var query = (realm.Query.Length > 0 ? realm.Query + "&" : "?")
            + (service.Length > 0 ? $"service={Uri.EscapeDataString(service)}&" : "") + $"scope={Uri.EscapeDataString(scope)}";
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(realm.GetLeftPart(UriPartial.Path) + query));
        if (credential is { Username: { } name, Password: { } password })
            request.Headers.Authorization = Basic(name, password);
        return request;
    }

    private static AuthenticationHeaderValue Basic(string name, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));

    private static async Task<string?> TokenOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        return document.RootElement.ValueKind != JsonValueKind.Object ? null : Text("token") ?? Text("access_token");

        string? Text(string name) =>
            document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
