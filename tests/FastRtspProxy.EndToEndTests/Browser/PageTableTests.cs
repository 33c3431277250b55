using System.Diagnostics;
using System.Text.Json;
using FastRtspProxy.EndToEndTests.Processes;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Browser;

/// <summary>The table of streams.</summary>
public sealed class PageTableTests(ITestOutputHelper log, BrowserFixture fixture) : PageTest(log, fixture)
{
    [Fact]
    public async Task Table_FillsAndFollowsACameraThatDies()
    {
        SimulatedCamera one = await StartSimulatorAsync();
        SimulatedCamera two = await StartSimulatorAsync();
        await StartPageAsync(2, $$"""
              gate/1: {source: "{{one.Urls[0]}}", alwaysOn: true, transport: tcp}
              hall: {source: "{{two.Urls[0]}}", alwaysOn: true, transport: tcp}
            """);
        IPage page = await OpenAsync();
        await page.WaitForSelectorAsync("tr[data-name='gate/1'] [data-state=playing]");
        await page.WaitForSelectorAsync("tr[data-name='hall'] [data-state=playing]");
        Assert.Equal("2", await page.TextContentAsync("#count"));
        await page.WaitForFunctionAsync("() => /bit\\/s/.test(document.querySelector('tr[data-name=hall] .c-rate').textContent)");
        await ShootAsync(page, "table");

        Stopwatch clock = Stopwatch.StartNew();
        two.Process.Signal(ChildProcess.SigKill);
        await page.WaitForSelectorAsync("tr[data-name='hall'] .state.bad");
        Log.WriteLine($"A camera that died was seen in the page after {clock.ElapsedMilliseconds} ms.");
        await ShootAsync(page, "table-camera-lost");
        await page.WaitForSelectorAsync("tr[data-name='gate/1'] [data-state=playing]");
        await page.ClickAsync("tr[data-name=hall] a");
        await page.WaitForSelectorAsync("#events .lost");
        await page.WaitForSelectorAsync("#events >> text=camera · waiting: the next attempt follows in");
        await ShootAsync(page, "stream-camera-lost");
        await page.ClickAsync("#nav-streams");

        await page.FillAsync("input[type=search]", "gate");
        Assert.Equal("1 of 2", await page.TextContentAsync("#count"));
        Assert.Equal(0, await page.Locator("tr[data-name=hall]").CountAsync());
        await page.FillAsync("input[type=search]", "");
        await page.ClickAsync("th.c-name button");
        Assert.Equal(["hall", "gate/1"], await NamesAsync(page));
        Assert.Equal("descending", await page.GetAttributeAsync("th.c-name", "aria-sort"));
    }

    /// <summary>A thousand rows are a few on the screen, and the last of them is there when it is scrolled to.</summary>
    [Fact]
    public async Task Table_OfAThousand_HoldsTheRowsOnTheScreenOnly()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""");
        string answer = JsonSerializer.Serialize(new
        {
            total = 1000,
            streams = Enumerable.Range(0, 1000).Select(static i => new
            {
                name = $"stream-{i:0000}",
                state = i % 7 == 0 ? "down" : "playing",
                since = DateTime.UtcNow,
                source = new { url = $"rtsp://10.0.0.{i % 250}/main" },
                ingest = new { bitrate = 1_000_000 + i, packets = 1000, lost = i % 5 },
                viewers = new { total = i % 11 },
            }),
        });
        IPage page = await OpenAsync(before: p => p.RouteAsync("**/api/v1/streams", route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = answer })));
        await page.WaitForSelectorAsync("tr[data-name=stream-0000]");

        Assert.Equal("1000", await page.TextContentAsync("#count"));
        Assert.InRange((await NamesAsync(page)).Count, 20, 80);
        await page.EvaluateAsync("() => scrollTo(0, document.body.scrollHeight)");
        await page.WaitForSelectorAsync("tr[data-name=stream-0999]");
        Assert.InRange((await NamesAsync(page)).Count, 20, 80);
        Assert.Equal("1001", await page.GetAttributeAsync("tr[data-name=stream-0999]", "aria-rowindex"));

        await page.SelectOptionAsync("select", "down");
        await page.WaitForFunctionAsync("() => document.getElementById('count').textContent === '143 of 1000'");
        await page.EvaluateAsync("() => scrollTo(0, 0)");
        await page.ClickAsync("th.c-rate button");
        await page.WaitForFunctionAsync("() => document.querySelector('#streams tbody tr[data-name]')?.dataset.name === 'stream-0994'");
        await ShootAsync(page, "table-thousand", isWhole: false);
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(IPage page) =>
        await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('#streams tbody tr[data-name]')].map(row => row.dataset.name)");
}
