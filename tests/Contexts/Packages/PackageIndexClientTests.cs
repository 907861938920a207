using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Contexts.Packages;

namespace PhasedRollout.Tests.Contexts.Packages;

/// <summary>The answers are cut from what the indexes really said.</summary>
public sealed class PackageIndexClientTests : IDisposable
{
    private const string SimpleJson = "application/vnd.pypi.simple.v1+json";
    private const string NpmPackage = "application/vnd.npm.install-v1+json";

    private readonly string cache = Directory.CreateTempSubdirectory("packages-").FullName;
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentQueue<string> asked = [];

    public void Dispose() => Directory.Delete(cache, recursive: true);

    [Fact]
    public async Task PyPI_names_versions_and_what_was_yanked()
    {
        using var client = Client(_ => Answer(SimpleJson, """
            { "meta": { "_last-serial": 1, "api-version": "1.3" }, "name": "django", "versions": ["4.2", "4.2.1"],
              "files": [ { "filename": "Django-4.2.tar.gz", "yanked": false }, { "filename": "Django-4.2.1-py3-none-any.whl", "yanked": "broken" } ] }
            """));

        var known = (await Find(client, PackageEcosystem.PyPI, "django")).ShouldBeOfType<PackageKnown>();
        known.Versions.ShouldBe(["4.2", "4.2.1"]);
        known.Yanked.ShouldBe(["4.2.1"]);
        known.IsWhole.ShouldBeTrue();
        asked.ShouldBe(["https://pypi.org/simple/django/"]);
    }

    [Fact]
    public async Task A_simple_index_that_answers_in_HTML_is_read_too()
    {
        using var client = Client(
            _ => Answer("text/html", """
                <a href="/x/django-4.2.tar.gz#sha256=1">django-4.2.tar.gz</a><br/>
                <a href="/x/Django-4.2.1-py3-none-any.whl" data-yanked="broken">Django-4.2.1-py3-none-any.whl</a>
                """),
            PackageIndexes.Public with { PyPI = new Uri("http://127.0.0.1:1/simple") });

        var known = (await Find(client, PackageEcosystem.PyPI, "django")).ShouldBeOfType<PackageKnown>();
        (string.Join(' ', known.Versions), string.Join(' ', known.Yanked), known.IsWhole).ShouldBe(("4.2 4.2.1", "4.2.1", true));
        asked.ShouldBe(["http://127.0.0.1:1/simple/django/"]);
    }

    [Fact]
    public async Task Npm_is_asked_for_the_version_first_and_for_all_of_them_when_it_is_not_there()
    {
        using var client = Client(request => request.RequestUri!.AbsolutePath switch
        {
            "/lodash/4.17.21" => Answer("application/json", """{"name":"lodash","version":"4.17.21"}"""),
            "/lodash" => Answer(NpmPackage, """{"name":"lodash","dist-tags":{"latest":"4.17.21"},"versions":{"4.17.20":{},"4.17.21":{}}}"""),
            _ => new HttpResponseMessage(HttpStatusCode.NotFound),
        });

        (await Find(client, PackageEcosystem.Npm, "lodash", "4.17.21")).ShouldBeOfType<PackageKnown>().Versions.ShouldBe(["4.17.21"]);
        var other = (await Find(client, PackageEcosystem.Npm, "lodash", "9.9.9")).ShouldBeOfType<PackageKnown>();
        other.Versions.ShouldBe(["4.17.20", "4.17.21"]);
        other.IsWhole.ShouldBeTrue();
    }

    [Fact]
    public async Task The_name_of_a_scoped_package_is_one_part_of_the_address()
    {
        using var client = Client(_ => Answer("application/json", "{}"));
        await Find(client, PackageEcosystem.Npm, "@types/node", "20.1.0");
        asked.ShouldBe(["https://registry.npmjs.org/@types%2Fnode/20.1.0"]);
    }

    [Fact]
    public async Task NuGet_is_asked_where_its_service_index_says()
    {
        using var client = Client(request => request.RequestUri!.AbsolutePath switch
        {
            "/v3/index.json" => Answer("application/json", """
                {"version":"3.0.0","resources":[{"@id":"https://api.nuget.org/v3-flatcontainer/","@type":"PackageBaseAddress/3.0.0"},
                 {"@id":"https://api.nuget.org/v3/catalog0/index.json","@type":"Catalog/3.0.0"}]}
                """),
            "/v3-flatcontainer/serilog/index.json" => Answer("application/json", """{"versions":["4.0.0","4.1.0"]}"""),
            _ => new HttpResponseMessage(HttpStatusCode.NotFound),
        });

        (await Find(client, PackageEcosystem.NuGet, "serilog")).ShouldBeOfType<PackageKnown>().ShouldSatisfyAllConditions(
            known => known.Versions.ShouldBe(["4.0.0", "4.1.0"]), known => known.IsWhole.ShouldBeTrue());
        (await Find(client, PackageEcosystem.NuGet, "no-such")).ShouldBe(new PackageUnknown(IsWhole: true));
        asked.Count(address => address.EndsWith("/v3/index.json", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task What_a_mirror_in_place_of_the_public_index_does_not_have_is_not_known_to_be_nowhere()
    {
        // So answers a mirror that holds a part of each.
        using var client = Client(request => request.RequestUri!.AbsolutePath switch
        {
            "/v3/index.json" => Answer("application/json", """{"resources":[{"@id":"https://api.nuget.org/v3-flatcontainer/","@type":"PackageBaseAddress/3.0.0"}]}"""),
            "/left-pad" => Answer("application/json", """{"versions":{"1.3.0":{}}}"""),
            "/simple/pip/" => Answer(SimpleJson, """{"meta":{"api-version":"1.0"},"versions":["24.0"],"files":[]}"""),
            _ => new HttpResponseMessage(HttpStatusCode.NotFound),
        });

        (await Find(client, PackageEcosystem.NuGet, "serilog")).ShouldBe(new PackageUnknown(IsWhole: false));
        (await Find(client, PackageEcosystem.Npm, "lodash", "1.0.0")).ShouldBe(new PackageUnknown(IsWhole: false));
        (await Find(client, PackageEcosystem.Npm, "left-pad", "1.0.0")).ShouldBeOfType<PackageKnown>().IsWhole.ShouldBeFalse();
        (await Find(client, PackageEcosystem.PyPI, "django")).ShouldBe(new PackageUnknown(IsWhole: false));
    }

    [Fact]
    public async Task An_answer_is_kept_for_a_day_and_no_longer()
    {
        HttpResponseMessage Known(HttpRequestMessage _) => Answer(SimpleJson, """{"meta":{"_last-serial":1},"versions":["1.0"],"files":[]}""");
        using (var first = Client(Known))
            await Find(first, PackageEcosystem.PyPI, "django");
        clock.Advance(TimeSpan.FromHours(23));
        using (var second = Client(Known))
            (await Find(second, PackageEcosystem.PyPI, "django")).ShouldBeOfType<PackageKnown>().Versions.ShouldBe(["1.0"]);
        asked.Count.ShouldBe(1);

        clock.Advance(TimeSpan.FromHours(2));
        using var third = Client(Known);
        await Find(third, PackageEcosystem.PyPI, "django");
        asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_index_that_does_not_answer_is_asked_once_and_not_remembered()
    {
        using (var client = Client(_ => throw new HttpRequestException("Name or service not known (pypi.org:443)")))
        {
            (await Find(client, PackageEcosystem.PyPI, "django")).ShouldBeOfType<IndexUnreachable>().Message.ShouldBe("https://pypi.org: Name or service not known (pypi.org:443)");
            (await Find(client, PackageEcosystem.PyPI, "flask")).ShouldBeOfType<IndexUnreachable>();
        }

        asked.Count.ShouldBe(1);
        using var later = Client(_ => Answer(SimpleJson, """{"versions":["1.0"],"files":[]}"""));
        (await Find(later, PackageEcosystem.PyPI, "django")).ShouldBeOfType<PackageKnown>();
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, "{}")]
    [InlineData(HttpStatusCode.TooManyRequests, "{}")]
    [InlineData(HttpStatusCode.OK, "{")]
    [InlineData(HttpStatusCode.OK, "[]")]
    public async Task An_answer_that_cannot_be_read_says_nothing(HttpStatusCode status, string body)
    {
        using var client = Client(_ => new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
        (await Find(client, PackageEcosystem.NuGet, "serilog")).ShouldBeOfType<IndexUnreachable>();
    }

    private static Task<PackageAnswer> Find(PackageIndexClient client, PackageEcosystem ecosystem, string name, string version = "1.0.0") =>
        client.FindAsync(ecosystem, name, version, TestContext.Current.CancellationToken);

    private static HttpResponseMessage Answer(string type, string text) =>
        new(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, type) };

    private PackageIndexClient Client(Func<HttpRequestMessage, HttpResponseMessage> answer, PackageIndexes? indexes = null) =>
        new(indexes ?? PackageIndexes.Public, cache, clock, new MemoryLog(), new Network(request =>
        {
            asked.Enqueue(request.RequestUri!.AbsoluteUri);
            return answer(request);
        }));

    private sealed class Network(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
