using System.Collections.Concurrent;
using System.Net;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Packages;

/// <summary>Asks the package indexes over HTTP: some at once, within a budget of requests and time, and nothing twice a day.</summary>
public sealed class PackageIndexClient : IPackageIndex, IDisposable
{
    private const int AtOnce = 16;
    private const int MostRequests = 200;
    private const string SimpleJson = "application/vnd.pypi.simple.v1+json";
    private const string NpmPackage = "application/vnd.npm.install-v1+json";
    private const int LargestAnswer = 48 * 1024 * 1024;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long all questions of a run may take together, from the first one.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(4);

    private readonly PackageIndexes indexes;
    private readonly PackageCache cache;
    private readonly TimeProvider clock;
    private readonly IRunLog log;
    private readonly HttpClient http;
    private readonly SemaphoreSlim turns = new(AtOnce, AtOnce);
    private readonly ConcurrentDictionary<(PackageEcosystem, string, string), Lazy<Task<PackageAnswer>>> answers = new();
    private readonly ConcurrentDictionary<PackageEcosystem, IndexUnreachable> silent = new();
    private readonly Lazy<Task<(Uri Packages, bool IsWhole)>> nuget;
    private readonly Lazy<CancellationTokenSource> budget;
    private int requests;

    /// <summary>Prepares it; nothing is sent before the first question.</summary>
    /// <param name="indexes">Where the indexes are.</param>
    /// <param name="cacheDirectory">Where answers are kept for a day.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="log">Where it says what it asked.</param>
    public PackageIndexClient(PackageIndexes indexes, string cacheDirectory, TimeProvider clock, IRunLog log)
        : this(indexes, cacheDirectory, clock, log, new SocketsHttpHandler
        {
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = ConnectTimeout,
        })
    {
    }

    internal PackageIndexClient(PackageIndexes indexes, string cacheDirectory, TimeProvider clock, IRunLog log, HttpMessageHandler network)
    {
        (this.indexes, this.clock, this.log) = (indexes, clock, log);
        cache = new PackageCache(cacheDirectory, clock, log);
        http = new HttpClient(network)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LargestAnswer,
            DefaultRequestVersion = HttpVersion.Version20,
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("phased-rollout");
        budget = new Lazy<CancellationTokenSource>(() => new CancellationTokenSource(Budget, clock));
        nuget = new Lazy<Task<(Uri, bool)>>(ReadServiceIndexAsync);
    }

    /// <inheritdoc />
    public async Task<PackageAnswer> FindAsync(PackageEcosystem ecosystem, string name, string version, CancellationToken cancellationToken)
    {
        // Only npm can be asked for a single version.
        var key = (ecosystem, name, ecosystem == PackageEcosystem.Npm ? version : "");
        var answer = answers.GetOrAdd(key, _ => new Lazy<Task<PackageAnswer>>(() => FindOnceAsync(ecosystem, name, key.Item3)));
        return await answer.Value.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        http.Dispose();
        turns.Dispose();
        if (budget.IsValueCreated)
            budget.Value.Dispose();
    }

    private async Task<PackageAnswer> FindOnceAsync(PackageEcosystem ecosystem, string name, string version)
    {
        var key = $"{AddressOf(ecosystem)} {name} {version}";
        if (cache.Read(key) is { } kept)
            return kept;
        if (silent.TryGetValue(ecosystem, out var known))
            return known;

        try
        {
            var answer = ecosystem switch
            {
                PackageEcosystem.PyPI => await AskPyPIAsync(name),
                PackageEcosystem.Npm => await AskNpmAsync(name, version),
                _ => await AskNuGetAsync(name),
            };
            cache.Write(key, answer);
            return answer;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException or FormatException or System.Text.Json.JsonException)
        {
            var reason = error is OperationCanceledException ? "it did not answer in time" : error.GetBaseException().Message;
            var unreachable = new IndexUnreachable(Shown.Safe($"{AddressOf(ecosystem).GetLeftPart(UriPartial.Authority)}: {reason}"));
            log.Debug($"{name}: {unreachable.Message}");
            // One that does not answer is not asked again; an answer that cannot be read concerns its own package.
            if (error is HttpRequestException { StatusCode: null } or OperationCanceledException)
                silent.TryAdd(ecosystem, unreachable);
            return unreachable;
        }
    }

    private Uri AddressOf(PackageEcosystem ecosystem) => ecosystem switch
    {
        PackageEcosystem.PyPI => indexes.PyPI,
        PackageEcosystem.Npm => indexes.Npm,
        _ => indexes.NuGet,
    };

    private async Task<PackageAnswer> AskPyPIAsync(string name)
    {
        var isOther = indexes.PyPI != PackageIndexes.Public.PyPI;
        var answer = await GetAsync(Below(indexes.PyPI, $"{name}/"), $"{SimpleJson}, text/html;q=0.1");
        return answer is null ? new PackageUnknown(isOther || await IsPublicPyPIAsync())
            : answer.MediaType == SimpleJson ? PackageAnswers.ReadSimpleJson(answer.Body, isOther)
            : PackageAnswers.ReadSimpleHtml(answer.Body, isOther);
    }

    private async Task<PackageAnswer> AskNpmAsync(string name, string version)
    {
        var package = Uri.EscapeDataString(name).Replace("%40", "@", StringComparison.Ordinal);
        // A few hundred bytes; the whole package may be megabytes.
        if (await GetAsync(Below(indexes.Npm, $"{package}/{Uri.EscapeDataString(version)}"), "application/json") is not null)
            return new PackageKnown([version], [], IsWhole: true);

        var answer = await GetAsync(Below(indexes.Npm, package), NpmPackage);
        var isOther = indexes.Npm != PackageIndexes.Public.Npm;
        return answer is null
            ? new PackageUnknown(isOther || await IsPublicNpmAsync())
            : PackageAnswers.ReadNpm(answer.Body, isOther || answer.MediaType == NpmPackage);
    }

    // What a mirror lacks it answers as the public index answers what does not exist; the latter is known by the form of what it has.
    private async Task<bool> IsPublicPyPIAsync() =>
        await GetAsync(Below(indexes.PyPI, "pip/"), SimpleJson) is { MediaType: SimpleJson } answer && PackageAnswers.ReadSimpleJson(answer.Body, false).IsWhole;

    private async Task<bool> IsPublicNpmAsync() =>
        await GetAsync(Below(indexes.Npm, "left-pad"), NpmPackage) is { MediaType: NpmPackage };

    private async Task<PackageAnswer> AskNuGetAsync(string name)
    {
        var (packages, isWhole) = await nuget.Value;
        return await GetAsync(Below(packages, $"{name}/index.json"), "application/json") is { } answer
            ? PackageAnswers.ReadFlatContainer(answer.Body, isWhole)
            : new PackageUnknown(isWhole);
    }

    private async Task<(Uri Packages, bool IsWhole)> ReadServiceIndexAsync()
    {
        var answer = await GetAsync(indexes.NuGet, "application/json") ?? throw new HttpRequestException("is no NuGet index", null, HttpStatusCode.NotFound);
        var (packages, hasCatalog) = PackageAnswers.ReadServiceIndex(answer.Body);
        return (
            packages is null ? throw new FormatException("names no PackageBaseAddress") : Below(packages, ""),
            // Mirrors have no catalog of everything that was ever published.
            hasCatalog || indexes.NuGet != PackageIndexes.Public.NuGet);
    }

    // Null for what is not there.
    private async Task<IndexAnswer?> GetAsync(Uri address, string accept)
    {
        var token = budget.Value.Token;
        await turns.WaitAsync(token);
        try
        {
            if (Interlocked.Increment(ref requests) > MostRequests)
                throw new OperationCanceledException("too many questions for one run");

            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Version = http.DefaultRequestVersion };
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using var response = await http.SendAsync(request, token);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                return null;

            response.EnsureSuccessStatusCode();
            return new IndexAnswer(response.Content.Headers.ContentType?.MediaType ?? "", await response.Content.ReadAsByteArrayAsync(token));
        }
        finally
        {
            turns.Release();
        }
    }

    private static Uri Below(Uri root, string path) => new(root.AbsoluteUri.EndsWith('/') ? root : new Uri(root.AbsoluteUri + "/"), path);

    private sealed record IndexAnswer(string MediaType, byte[] Body);
}
