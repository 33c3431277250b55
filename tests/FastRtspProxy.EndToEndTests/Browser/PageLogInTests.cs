using FastRtspProxy.EndToEndTests.Processes;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Browser;

/// <summary>The page at loopback, where it needs no log-in itself, and viewers need one.</summary>
public sealed class PageLogInTests(ITestOutputHelper log, BrowserFixture fixture) : PageTest(log, fixture)
{
    private const string Viewers = "auth: {roles: {viewer: {may: read}}, users: [{name: guard, password: a-long-password, roles: viewer}]}";

    [Fact]
    public async Task Watch_ViewersHavePasswords_OffersTheLogInAndComesBack()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $"  cam: {{source: \"{camera.Urls[0]}\", alwaysOn: true}}\n{Viewers}");
        IPage page = await OpenAsync("#/streams/cam");
        await page.WaitForSelectorAsync("#log-in:visible");
        await page.ClickAsync("#play");
        await page.WaitForSelectorAsync(".note >> text=To watch, log in");
        await ShootAsync(page, "log-in-to-watch");

        await page.ClickAsync(".note a");
        await page.FillAsync("#user", "guard");
        await page.FillAsync("#password", "a-long-password");
        await page.ClickAsync("button[type=submit]");
        await page.WaitForSelectorAsync("h1:text-is('cam')");
        await page.WaitForSelectorAsync("#log-in", new PageWaitForSelectorOptions { State = WaitForSelectorState.Hidden });
        await page.ClickAsync("#play");
        await PicturesAsync(page, 5);

        await page.ClickAsync("#log-out");
        await page.WaitForSelectorAsync("#log-in:visible");
        await page.WaitForSelectorAsync("h1:text-is('cam')");
    }

    [Fact]
    public async Task Watch_NobodyHasAPassword_OffersNoLogIn()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $"  cam: {{source: \"{camera.Urls[0]}\"}}");
        IPage page = await OpenAsync();
        await page.WaitForSelectorAsync("tr[data-name=cam]");

        Assert.False(await page.IsVisibleAsync("#log-in"));
        Assert.False(await page.IsVisibleAsync("#log-out"));
    }
}
