using Microsoft.Playwright;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Reports;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.Reports;

/// <summary>The pages in a real browser: nothing is asked for, nothing is complained about, everything has a name, nothing is cut off.</summary>
[Collection(BrowserSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class BrowserTests(BrowserTests.Chromium chromium) : IClassFixture<BrowserTests.Chromium>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("reports-").FullName;

    public static TheoryData<string, string> Views => new(
        from run in (string[])["succeeded", "build-failed", "cancelled", "hostile", "index"]
        from view in (string[])["desktop", "phone", "dark", "print"]
        select (run, view));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Views))]
    public async Task A_page_is_quiet_named_and_fits(string run, string view)
    {
        await using var context = await chromium.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = view == "phone" ? new ViewportSize { Width = 360, Height = 740 } : new ViewportSize { Width = 1280, Height = 900 },
            IsMobile = view == "phone",
            ColorScheme = view == "dark" ? ColorScheme.Dark : ColorScheme.Light,
        });
        var page = await context.NewPageAsync();
        List<string> complaints = [];
        List<string> requests = [];
        page.Console += (_, message) => complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) => requests.Add(request.Url);
        if (view == "print")
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });

        var file = await WriteAsync(run);
        await page.GotoAsync(new Uri(file).AbsoluteUri);

        requests.ShouldBe([new Uri(file).AbsoluteUri]);
        complaints.ShouldBeEmpty();
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth")).ShouldBeTrue("the page is wider than the screen");
        (await page.Locator("svg[role=img]:not([aria-label]), a:not(:has-text('*')):empty, h1:empty, h2:empty, h3:empty").CountAsync()).ShouldBe(0);
        (await page.Locator("h1").CountAsync()).ShouldBe(1);
        (await page.Locator("script, img, iframe, object, style + style, form").CountAsync()).ShouldBe(0);
        foreach (var heading in await page.GetByRole(AriaRole.Heading).AllAsync())
            (await heading.InnerTextAsync()).Trim().ShouldNotBeEmpty();
        (await ContrastsAsync(page)).ShouldBeEmpty();
        await KeepAsync(page, run, view);
    }

    // The texts that a person must be able to read: WCAG 2.2 asks for 4.5 to 1.
    private static async Task<string[]> ContrastsAsync(IPage page) => await page.EvaluateAsync<string[]>("""
        () => {
          const channels = color => color.match(/[\d.]+/g).map(Number);
          const luminance = color => channels(color).slice(0, 3).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const paper = element => { for (let e = element; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if ((channels(c)[3] ?? 1) > 0) return c; } return 'rgb(255, 255, 255)'; };
          return [...document.querySelectorAll('h1, h2, h3, p, dt, dd, li, summary, a, .badge, code')]
            .filter(element => element.checkVisibility() && element.textContent.trim())
            .map(element => { const [a, b] = [luminance(getComputedStyle(element).color), luminance(paper(element))].sort((x, y) => y - x); return [element, (a + 0.05) / (b + 0.05)]; })
            .filter(([, ratio]) => ratio < 4.5)
            .map(([element, ratio]) => `${element.tagName} ${element.className} ${ratio.toFixed(2)}: ${element.textContent.trim().slice(0, 40)}`);
        }
        """);

    private async Task<string> WriteAsync(string run)
    {
        if (run == "index")
        {
            foreach (var (index, name) in ((string[])["succeeded", "build-failed", "cancelled", "blocked"]).Index())
                await ReportWriter.WriteAsync(SampleRuns.All[name] with { Id = $"20261123T21270{index}Z-1f2e" }, folder, new Redactor(), 20, TestContext.Current.CancellationToken);
            return Path.Combine(folder, "index.html");
        }

        return (await ReportWriter.WriteAsync(run == "hostile" ? SampleRuns.Hostile : SampleRuns.All[run], folder, new Redactor(), 20, TestContext.Current.CancellationToken)).Html;
    }

    // For a person who wants to look: PHASED_ROLLOUT_SCREENSHOTS=<folder>.
    private static async Task KeepAsync(IPage page, string run, string view)
    {
        if (Environment.GetEnvironmentVariable("PHASED_ROLLOUT_SCREENSHOTS") is not { Length: > 0 } kept)
            return;

        Directory.CreateDirectory(kept);
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(kept, $"{run}-{view}.png"), FullPage = true });
        if (view == "print")
            await page.PdfAsync(new PagePdfOptions { Path = Path.Combine(kept, $"{run}.pdf"), Format = "A4", PrintBackground = false });
    }

    /// <summary>Alone: a browser wants both processors of a small machine.</summary>
    [CollectionDefinition(Name, DisableParallelization = true)]
    public sealed class BrowserSequence
    {
        public const string Name = "Browser";
    }

    /// <summary>One browser for every page.</summary>
    public sealed class Chromium : IAsyncLifetime
    {
        private IPlaywright? playwright;

        internal IBrowser Browser { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var program = await ScenarioMachine.EnsureBrowserAsync(CancellationToken.None);
            playwright = await Playwright.CreateAsync();
            Browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = program.Path,
                Headless = true,
                Timeout = 180_000,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
                Env = Variables(program),
            });
        }

        public async ValueTask DisposeAsync()
        {
            if (Browser is not null)
                await Browser.DisposeAsync();
            playwright?.Dispose();
        }

        // What is given here stands instead of the environment of this process.
        private static Dictionary<string, string> Variables(BrowserProgram program)
        {
            var variables = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
                .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "");
            foreach (var (name, value) in program.Environment)
                variables[name] = value;
            return variables;
        }
    }
}
