using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Registries;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts.Registries;

public sealed class RegistryClientTests : IDisposable
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Bearer = "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",scope=\"repository:library/nginx:pull\"";

    private readonly string config = Directory.CreateTempSubdirectory("docker-config-").FullName;
    private readonly ConcurrentQueue<string> asked = [];

    public void Dispose() => Directory.Delete(config, recursive: true);

    [Fact]
    public async Task An_image_of_Docker_Hub_is_found_by_the_token_flow_and_asked_for_once()
    {
        using var client = Client(request => request switch
        {
            { RequestUri.Host: "auth.docker.io" } => Json("""{"token":"t1","expires_in":300}"""),
            { Headers.Authorization: null } => Challenge(Bearer),
            _ => Found(),
        });

        var answers = await Task.WhenAll(Find(client, "nginx:1.27"), Find(client, "docker.io/library/nginx:1.27"), Find(client, "nginx:1.27"));

        answers.ShouldAllBe(answer => answer == new ImageFound(Digest));
        asked.ShouldBe(
        [
            "HEAD https://registry-1.docker.io/v2/library/nginx/manifests/1.27 -",
            "GET https://auth.docker.io/token?service=registry.docker.io&scope=repository%3Alibrary%2Fnginx%3Apull -",
            "HEAD https://registry-1.docker.io/v2/library/nginx/manifests/1.27 Bearer t1",
        ]);
    }

    [Fact]
    public async Task A_registry_that_wants_a_password_gets_that_of_the_configuration_and_only_after_it_asked()
    {
        Configure("""{ "auths": { "registry.example": { "username": "me", "password": "secret" } } }""");
        using var client = Client(request => request.Headers.Authorization is null ? Challenge("Basic realm=\"x\"") : Found());

        (await Find(client, "registry.example/team/web:1")).ShouldBe(new ImageFound(Digest));
        asked.ShouldBe(
        [
            "HEAD https://registry.example/v2/team/web/manifests/1 -",
            "HEAD https://registry.example/v2/team/web/manifests/1 Basic bWU6c2VjcmV0",
        ]);
    }

    [Fact]
    public async Task A_refresh_token_is_exchanged_in_the_body_of_a_post()
    {
        Configure("""{ "auths": { "acr.example": { "identitytoken": "refresh" } } }""");
        var body = "";
        using var client = Client(request =>
        {
            if (request.Method == HttpMethod.Post)
            {
                body = request.Content!.ReadAsStringAsync(CancellationToken.None).GetAwaiter().GetResult();
                return Json("""{"access_token":"t2"}""");
            }

            return request.Headers.Authorization is null ? Challenge("Bearer realm=\"https://acr.example/oauth2/token\",service=\"acr.example\"") : Found();
        });

        (await Find(client, "acr.example/web:1")).ShouldBe(new ImageFound(Digest));
        body.ShouldContain("refresh_token=refresh");
        asked.Last().ShouldEndWith("Bearer t2");
    }

    [Theory]
    [InlineData("http://elsewhere.example/token")]
    [InlineData("file:///etc/passwd")]
    [InlineData("nonsense")]
    public async Task Credentials_are_never_sent_to_a_place_that_is_not_encrypted(string realm)
    {
        Configure("""{ "auths": { "registry.example": { "username": "me", "password": "secret" } } }""");
        using var client = Client(_ => Challenge($"Bearer realm=\"{realm}\""));

        (await Find(client, "registry.example/web:1")).ShouldBeOfType<RegistryUnreachable>();
        asked.ShouldBe(["HEAD https://registry.example/v2/web/manifests/1 -"]);
    }

    [Fact]
    public async Task A_redirect_to_another_host_is_followed_without_the_credentials()
    {
        Configure("""{ "auths": { "registry.example": { "username": "me", "password": "secret" } } }""");
        using var client = Client(request => request switch
        {
            { RequestUri.Host: "cdn.example" } => Found(),
            { Headers.Authorization: null } => Challenge("Basic realm=\"x\""),
            _ => Redirect("https://cdn.example/blob"),
        });

        (await Find(client, "registry.example/web:1")).ShouldBe(new ImageFound(Digest));
        asked.Last().ShouldBe("HEAD https://cdn.example/blob -");
    }

    [Fact]
    public async Task A_redirect_away_from_https_is_not_followed()
    {
        using var client = Client(_ => Redirect("http://registry.example/v2/web/manifests/1"));

        (await Find(client, "registry.example/web:1")).ShouldBeOfType<RegistryUnreachable>().Message.ShouldContain("not followed");
        asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_tag_that_is_not_there_is_absent_and_the_nearest_is_named()
    {
        using var client = Client(request => request.RequestUri!.AbsolutePath.EndsWith("tags/list", StringComparison.Ordinal)
            ? Json("""{"name":"saleor/saleor","tags":["3.19","3.20","latest"]}""")
            : new HttpResponseMessage(HttpStatusCode.NotFound));

        (await Find(client, "ghcr.io/saleor/saleor:3.2O")).ShouldBe(new ImageAbsent(HasRepository: true, "3.20"));
    }

    [Fact]
    public async Task A_repository_that_is_not_there_is_absent()
    {
        using var client = Client(_ => new HttpResponseMessage(HttpStatusCode.NotFound));

        (await Find(client, "mcr.microsoft.com/dotnet/nothing:1")).ShouldBe(new ImageAbsent(HasRepository: false, null));
    }

    [Fact]
    public async Task What_needs_a_login_is_told_from_what_is_not_there()
    {
        using var client = Client(request => request switch
        {
            { RequestUri.AbsolutePath: "/token" } => new HttpResponseMessage(HttpStatusCode.Forbidden),
            _ => Challenge("Bearer realm=\"https://ghcr.io/token\",service=\"ghcr.io\",scope=\"repository:me/private:pull\""),
        });

        (await Find(client, "ghcr.io/me/private:1")).ShouldBeOfType<ImageDenied>().LoggedIn.ShouldBeFalse();
    }

    [Fact]
    public async Task An_official_image_that_Docker_Hub_refuses_is_absent_since_all_of_them_are_public()
    {
        using var client = Client(request => request.RequestUri!.Host == "auth.docker.io" ? Json("""{"token":"t"}""") : Challenge(Bearer));

        (await Find(client, "ngnix:1.27")).ShouldBe(new ImageAbsent(HasRepository: false, null));
        (await Find(client, "acme/ngnix:1.27")).ShouldBeOfType<ImageDenied>();
    }

    [Fact]
    public async Task A_limit_is_told_from_a_refusal()
    {
        using var client = Client(_ =>
        {
            var answer = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
            answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(90));
            return answer;
        });

        (await Find(client, "nginx:1")).ShouldBe(new RegistryBusy(TimeSpan.FromSeconds(90)));
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task Any_other_answer_says_nothing_about_the_image(HttpStatusCode status)
    {
        using var client = Client(_ => new HttpResponseMessage(status));
        (await Find(client, "ghcr.io/a/b:1")).ShouldBeOfType<RegistryUnreachable>();
    }

    [Fact]
    public async Task A_token_server_that_is_broken_says_nothing_about_the_image()
    {
        using var client = Client(request => request.RequestUri!.AbsolutePath == "/token"
            ? new HttpResponseMessage(HttpStatusCode.NotFound)
            : Challenge("Bearer realm=\"https://ghcr.io/token\""));
        (await Find(client, "ghcr.io/a/b:1")).ShouldBeOfType<RegistryUnreachable>();
    }

    [Fact]
    public async Task A_registry_that_cannot_be_reached_is_an_answer()
    {
        using var client = Client(_ => throw new HttpRequestException("Name or service not known (ghcr.io:443)"));
        (await Find(client, "ghcr.io/a/b:1")).ShouldBeOfType<RegistryUnreachable>().Message.ShouldContain("not known");
    }

    [Fact]
    public async Task A_registry_of_this_machine_may_speak_plain_http_and_no_other()
    {
        using var client = Client(request => request.RequestUri!.Scheme == "https" ? throw new HttpRequestException("no TLS") : Found());

        (await Find(client, "localhost:5000/web:1")).ShouldBe(new ImageFound(Digest));
        (await Find(client, "127.0.0.1:5000/web:1")).ShouldBe(new ImageFound(Digest));
        (await Find(client, "registry.example:5000/web:1")).ShouldBeOfType<RegistryUnreachable>();
    }

    [Fact]
    public async Task The_digest_is_computed_when_the_registry_does_not_say_it()
    {
        using var client = Client(request => request.Method == HttpMethod.Head ? new HttpResponseMessage(HttpStatusCode.OK) : Json("{}"));

        (await Find(client, "ghcr.io/a/b:1")).ShouldBe(
            new ImageFound("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"));
    }

    [Fact]
    public async Task The_platforms_are_those_of_the_list()
    {
        using var client = Client(_ => Json("""
            { "manifests": [
              { "platform": { "os": "linux", "architecture": "amd64" } },
              { "platform": { "os": "linux", "architecture": "arm", "variant": "v7" } },
              { "platform": { "os": "unknown", "architecture": "unknown" } } ] }
            """));

        (await client.PlatformsAsync(Reference("nginx:1"), TestContext.Current.CancellationToken)).ShouldNotBeNull()
            .Select(platform => platform.ToString()).ShouldBe(["linux/amd64", "linux/arm/v7"]);
    }

    [Fact]
    public async Task The_platform_of_a_single_image_is_that_of_its_configuration()
    {
        using var client = Client(request => request.RequestUri!.AbsolutePath.EndsWith("/blobs/sha256:ab", StringComparison.Ordinal)
            ? Json("""{"os":"linux","architecture":"arm64"}""")
            : Json("""{"config":{"digest":"sha256:ab"}}"""));

        (await client.PlatformsAsync(Reference("nginx:1"), TestContext.Current.CancellationToken)).ShouldNotBeNull()
            .ShouldHaveSingleItem().ToString().ShouldBe("linux/arm64");
    }

    [Theory]
    [InlineData("linux/amd64", "linux/x86_64", true)]
    [InlineData("linux/386", "linux/amd64", true)]
    [InlineData("linux/arm/v7", "linux/aarch64", true)]
    [InlineData("linux/arm64", "linux/amd64", false)]
    [InlineData("windows/amd64", "linux/amd64", false)]
    public void A_platform_runs_where_the_processor_understands_it(string image, string host, bool runs) =>
        ImagePlatform.Parse(image).ShouldNotBeNull().RunsOn(ImagePlatform.Parse(host).ShouldNotBeNull()).ShouldBe(runs);

    private static ImageReference Reference(string text) => ImageReference.Parse(text).ShouldNotBeNull();

    private static Task<ImageAnswer> Find(RegistryClient client, string image) =>
        client.FindAsync(Reference(image), TestContext.Current.CancellationToken);

    private static HttpResponseMessage Found()
    {
        var answer = new HttpResponseMessage(HttpStatusCode.OK);
        answer.Headers.TryAddWithoutValidation("Docker-Content-Digest", Digest);
        return answer;
    }

    private static HttpResponseMessage Json(string text) =>
        new(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") };

    private static HttpResponseMessage Challenge(string value)
    {
        var answer = new HttpResponseMessage(HttpStatusCode.Unauthorized);
        answer.Headers.TryAddWithoutValidation("WWW-Authenticate", value);
        return answer;
    }

    private static HttpResponseMessage Redirect(string location)
    {
        var answer = new HttpResponseMessage(HttpStatusCode.TemporaryRedirect);
        answer.Headers.Location = new Uri(location);
        return answer;
    }

    private void Configure(string text) => File.WriteAllText(Path.Combine(config, "config.json"), text);

    private RegistryClient Client(Func<HttpRequestMessage, HttpResponseMessage> answer) =>
        new(new RegistryCredentials(config), new MemoryLog(), new Network(request =>
        {
            asked.Enqueue($"{request.Method} {request.RequestUri!.AbsoluteUri} {request.Headers.Authorization?.ToString() ?? "-"}");
            return answer(request);
        }));

    private sealed class Network(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }
}
