using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using FastRtspProxy.EndToEndTests.Processes;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Browser;

/// <summary>How the page looks, and whether everybody can use it.</summary>
public sealed class PageLookTests(ITestOutputHelper log, BrowserFixture fixture) : PageTest(log, fixture)
{
    private static readonly string[] s_serious = ["serious", "critical"];

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task EachView_HasNoSeriousFindings(ColorScheme scheme)
    {
        await StartWithCameraAsync();
        IPage page = await OpenAsync(scheme: scheme);
        await page.WaitForSelectorAsync("tr[data-name=cam] [data-state=playing]");
        await CheckAsync(page, "table");
        await page.ClickAsync("#add");
        await CheckAsync(page, "form");
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync("tr[data-name=cam] a");
        await page.ClickAsync("#play");
        await PicturesAsync(page, 5);
        await page.WaitForSelectorAsync("#viewers button");
        await page.WaitForSelectorAsync(".uplot");
        await CheckAsync(page, "stream");
        await page.ClickAsync("#nav-events");
        await CheckAsync(page, "events");
    }

    /// <summary>Dark where the system is, light where somebody chose it, also after it is loaded anew.</summary>
    [Fact]
    public async Task Theme_FollowsTheSystemUntilSomebodyChooses()
    {
        await StartWithCameraAsync();
        IPage page = await OpenAsync(scheme: ColorScheme.Dark);
        await page.WaitForSelectorAsync("tr[data-name=cam]");
        string dark = await BackgroundAsync(page);
        Assert.Equal("true", await page.GetAttributeAsync("#theme", "aria-pressed"));
        await ShootAsync(page, "table-dark");

        await page.ClickAsync("#theme");
        string light = await BackgroundAsync(page);
        Assert.NotEqual(dark, light);
        await page.ReloadAsync();
        Assert.Equal(light, await BackgroundAsync(page));
        await page.ClickAsync("#theme");
        Assert.Equal(dark, await BackgroundAsync(page));
    }

    [Fact]
    public async Task At320Pixels_NothingIsWiderThanTheScreen()
    {
        await StartWithCameraAsync();
        IPage page = await OpenAsync(width: 320, height: 640, scheme: ColorScheme.Dark);
        await page.WaitForSelectorAsync("tr[data-name=cam] [data-state=playing]");
        await ShootAsync(page, "narrow-table");
        Assert.Equal(320, await WidthAsync(page));
        await page.ClickAsync("#add");
        await ShootAsync(page, "narrow-form", isWhole: false);
        Assert.Equal(320, await WidthAsync(page));
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync("tr[data-name=cam] a");
        await page.ClickAsync("#play");
        await PicturesAsync(page, 5);
        await page.WaitForSelectorAsync("#viewers button");
        await page.WaitForSelectorAsync(".uplot");
        await ShootAsync(page, "narrow-stream");
        Assert.Equal(320, await WidthAsync(page));
    }

    /// <summary>By the keyboard alone: into the table, to a stream, to its picture.</summary>
    [Fact]
    public async Task Keyboard_ReachesTheLivePicture()
    {
        await StartWithCameraAsync();
        IPage page = await OpenAsync();
        await page.WaitForSelectorAsync("tr[data-name=cam]");
        await page.FocusAsync("#add");
        for (int i = 0; i < 12 && await FocusedAsync(page) != "cam"; i++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Equal("cam", await FocusedAsync(page));
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("#play");
        for (int i = 0; i < 12 && !(await FocusedAsync(page)).EndsWith("the live picture", StringComparison.Ordinal); i++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await page.Keyboard.PressAsync("Enter");
        await PicturesAsync(page, 5);
        Assert.Equal("Stop", await FocusedAsync(page));
    }

    [Fact]
    public async Task LogIn_WithTheToken_LetsIn()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}", alwaysOn: true}""", "token: a-token-of-sixteen-and-more");
        IPage page = await OpenAsync();
        await page.FillAsync("#password", "not-the-token-at-all");
        await page.ClickAsync("button[type=submit]");
        await page.WaitForSelectorAsync("[role=alert] >> text=wrong");
        await CheckAsync(page, "log-in");
        await ShootAsync(page, "log-in");

        await page.FillAsync("#password", "a-token-of-sixteen-and-more");
        await page.ClickAsync("button[type=submit]");
        await page.WaitForSelectorAsync("tr[data-name=cam]");
        await page.ClickAsync("tr[data-name=cam] a");
        await page.ClickAsync("#play");
        await PicturesAsync(page, 5);
        await page.ReloadAsync();
        await page.WaitForSelectorAsync("h1:text-is('cam')");
        await page.ClickAsync("#log-out");
        await page.WaitForSelectorAsync("h1:text-is('Log in')");
    }

    private async Task StartWithCameraAsync()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}", alwaysOn: true}""");
    }

    private async Task CheckAsync(IPage page, string view)
    {
        AxeResult result = await page.RunAxe();
        foreach (AxeResultItem item in result.Violations)
        {
            Log.WriteLine($"{view}: {item.Impact} {item.Id}: {item.Help}; {string.Join(' ', item.Nodes.Select(static node => node.Html))}");
        }

        Assert.DoesNotContain(result.Violations, static item => s_serious.Contains(item.Impact));
    }

    private static Task<string> BackgroundAsync(IPage page) => page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).backgroundColor");

    private static Task<int> WidthAsync(IPage page) => page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");

    private static Task<string> FocusedAsync(IPage page) => page.EvaluateAsync<string>("() => document.activeElement.closest('a, button')?.textContent ?? ''");
}
