using System.Text.Json;
using System.Threading.Channels;
using FastRtspProxy.EndToEndTests.Processes;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Browser;

/// <summary>The page while answers come late, out of order, or never, and what it leaves alone when it shows what is new.</summary>
public sealed class PageLateTests(ITestOutputHelper log, BrowserFixture fixture) : PageTest(log, fixture)
{
    private const string Token = "a-token-of-sixteen-and-more";
    private const string Streams = "**/api/v1/streams";
    private const string Session = "**/api/v1/session";

    /// <summary>The stream is watched before the names of the others are known.</summary>
    [Fact]
    public async Task SubStream_OfAPictureThatCannotBeShown_IsOfferedWhenItIsKnown()
    {
        SimulatedCamera main = await StartSimulatorAsync("--video", "clip-h265");
        await StartPageAsync(2, $$"""
              gate: {source: "{{main.Urls[0]}}", alwaysOn: true}
              gate-sub: {source: "{{main.Urls[0]}}"}
            """);
        TaskCompletionSource answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IPage page = await OpenAsync("#/streams/gate", before: p => p.RouteAsync(Streams, async route =>
        {
            await answers.Task;
            await route.ContinueAsync();
        }));
        await page.ClickAsync("#play");
        await page.WaitForSelectorAsync(".note >> text=This browser has no H.265");
        Assert.Equal(0, await page.Locator(".note a").CountAsync());

        answers.SetResult();

        await page.ClickAsync(".note a");
        await page.WaitForSelectorAsync("h1:text-is('gate-sub')");
    }

    /// <summary>The sound goes on, so its button says so.</summary>
    [Fact]
    public async Task Sound_PicturesGetAnotherSize_ItsButtonStaysPressed()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""");
        TaskCompletionSource<IWebSocketRoute> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IPage page = await OpenAsync("#/streams/cam", before: p => p.RouteWebSocketAsync("**/live", opened.SetResult));
        await page.ClickAsync("#play");
        IWebSocketRoute live = await opened.Task.WaitAsync(Soon);
        live.Send(Description(640));
        await page.ClickAsync("#sound");

        live.Send(Description(320));

        await page.WaitForSelectorAsync("#about >> text=320");
        Assert.Equal("true", await page.GetAttributeAsync("#sound", "aria-pressed"));
        Assert.Equal("Sound off", await page.TextContentAsync("#sound"));
    }

    /// <summary>A box whose power is cut says nothing, and a browser does not tell it.</summary>
    [Fact]
    public async Task LivePicture_NothingMoreComes_IsSaidAndTheConnectionIsMadeAnew()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""");
        Channel<IWebSocketRoute> opened = Channel.CreateUnbounded<IWebSocketRoute>();
        IPage page = await OpenAsync("#/streams/cam", before: async p =>
        {
            await p.Clock.InstallAsync();
            await p.RouteWebSocketAsync("**/live", route => opened.Writer.TryWrite(route));
        });
        await page.ClickAsync("#play");
        IWebSocketRoute live = await opened.Reader.ReadAsync().AsTask().WaitAsync(Soon);
        live.Send(Description(640));
        await page.WaitForSelectorAsync("#about >> text=640");
        for (int width = 320; width < 336; width++)
        {
            await page.Clock.FastForwardAsync(2_500); // 40 s in all; the page's clock goes on besides, and a machine that stands still has the rest of the half minute
            live.Send(Description(width));
            await page.WaitForSelectorAsync($"#about >> text={width}");
        }

        await page.Clock.FastForwardAsync(31_000);

        await page.WaitForSelectorAsync(".note >> text=the connection was lost; trying again");
        await page.Clock.FastForwardAsync(2_000);
        (await opened.Reader.ReadAsync().AsTask().WaitAsync(Soon)).Send(Description(160));
        await page.WaitForSelectorAsync("#about >> text=160");
    }

    /// <summary>A button that is another one each second is not pressed by who presses it at the wrong moment, and what is marked does not stay so.</summary>
    [Fact]
    public async Task Stream_FiguresChange_ButtonsAndTextsAreTheSameElements()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""");
        int viewers = 1;
        int looks = 0;
        IPage page = await OpenAsync("#/streams/cam", before: async p =>
        {
            await p.RouteAsync("**/api/v1/streams/cam/viewers", route => AnswerAsync(route, new
            {
                viewers = Enumerable.Range(0, viewers).Reverse().Select(i => new { id = $"v{i}", address = $"192.0.2.{i}", way = "tcp", bitrate = 1_000_000 * ++looks }),
            }));
            await p.RouteAsync(Streams, route => AnswerAsync(route, new
            {
                streams = new[] { new { name = "cam", state = "playing", source = new { url = "rtsp://192.0.2.1/" }, ingest = new { bitrate = 1_000_000 * ++looks, bytes = looks } } },
            }));
        });
        await page.WaitForSelectorAsync("#viewers button");
        await page.WaitForSelectorAsync("dd:text-is('rtsp://192.0.2.1/')");
        await page.FocusAsync("#viewers button");
        string before = await RateAsync(page);
        await page.EvaluateAsync("() => { globalThis.kept = [document.querySelector('#viewers button'), [...document.querySelectorAll('dd')].find(text => text.textContent === 'rtsp://192.0.2.1/')]; }");

        viewers = 2; // the new one stands before it
        await page.WaitForSelectorAsync("#viewers tbody tr:nth-child(2)");
        await page.WaitForFunctionAsync("before => ![...document.querySelectorAll('dd')].some(text => text.textContent === before)", before);

        Assert.True(await page.EvaluateAsync<bool>("() => globalThis.kept.every(node => node.isConnected) && document.activeElement === globalThis.kept[0]"));
    }

    /// <summary>A row that is moved in the table loses the focus, and who is just pressing a link in it does not follow it.</summary>
    [Fact]
    public async Task Table_AStreamGoes_TheRowsBehindItAreNotMoved()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""");
        string[] names = ["a", "b", "c"];
        IPage page = await OpenAsync(before: p => p.RouteAsync(Streams, route => AnswerAsync(route, new { streams = names.Select(static name => new { name, state = "ready" }) })));
        await page.WaitForSelectorAsync("tr[data-name=c]");
        await page.EvaluateAsync("""
            () => {
              globalThis.moved = [];
              new MutationObserver(changes => changes.forEach(({ addedNodes }) => addedNodes.forEach(row => globalThis.moved.push(row.dataset.name))))
                .observe(document.querySelector('#streams tbody'), { childList: true });
            }
            """);

        names = ["a", "c"];

        await page.WaitForSelectorAsync("tr[data-name=b]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Detached });
        Assert.Empty(await page.EvaluateAsync<string[]>("() => globalThis.moved"));
    }

    /// <summary>Who has logged in again is not shown out by an answer to what was asked before.</summary>
    [Fact]
    public async Task LogIn_ARefusalFromBeforeComesLate_StaysLoggedIn()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""", "token: " + Token);
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IPage page = await OpenAsync();
        await LogInAsync(page);
        await page.WaitForSelectorAsync("tr[data-name=cam]");
        await page.RouteAsync(
            Streams,
            async route =>
            {
                asked.SetResult();
                await answers.Task;
                await route.FulfillAsync(new RouteFulfillOptions { Status = 401, ContentType = "application/problem+json", Body = "{}" });
            },
            new PageRouteOptions { Times = 1 });
        await asked.Task.WaitAsync(Soon);
        await page.ClickAsync("#log-out");
        await LogInAsync(page);
        await page.WaitForSelectorAsync("h1:text-is('Streams')");

        answers.SetResult();

        await page.WaitForSelectorAsync("tr[data-name=cam]");
    }

    /// <summary>What one user may see is not shown to the next one at the same page.</summary>
    [Fact]
    public async Task LogOut_AnAnswerFromBeforeComesLate_TheNextUserDoesNotSeeIt()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""", "token: " + Token);
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource never = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IPage page = await OpenAsync();
        await LogInAsync(page);
        await page.WaitForSelectorAsync("tr[data-name=cam]");
        await page.RouteAsync(Streams, async route =>
        {
            await (asked.TrySetResult() ? answers : never).Task;
            await AnswerAsync(route, new { streams = new[] { new { name = "private", state = "ready" } } });
        });
        await asked.Task.WaitAsync(Soon);
        await page.ClickAsync("#log-out");
        await page.WaitForSelectorAsync("#password");
        Task<IRequest> late = page.WaitForRequestFinishedAsync(new PageWaitForRequestFinishedOptions { Predicate = static r => r.Url.EndsWith("/streams", StringComparison.Ordinal) });

        answers.SetResult();
        await late;
        await LogInAsync(page);

        await page.WaitForSelectorAsync("h1:text-is('Streams')");
        Assert.Equal(0, await page.Locator("tr[data-name=private]").CountAsync());
    }

    /// <summary>Who does not wait for the answer is told of it all the same.</summary>
    [Fact]
    public async Task Form_ClosedWhileItIsSent_TheRefusalIsSaid()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""");
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IPage page = await OpenAsync(before: p => p.RouteAsync("**/api/v1/streams/hall", async route =>
        {
            asked.SetResult();
            await answers.Task;
            await route.ContinueAsync();
        }));
        await page.ClickAsync("#add");
        await page.FillAsync("#f-name", "hall");
        await page.FillAsync("#f-source", "no-url");
        await page.ClickAsync("dialog button[type=submit]");
        await asked.Task.WaitAsync(Soon);
        await page.PressAsync("dialog", "Escape");
        await page.WaitForSelectorAsync("dialog", new PageWaitForSelectorOptions { State = WaitForSelectorState.Detached });

        answers.SetResult();

        await page.WaitForSelectorAsync("#toasts >> text=hall was not added");
    }

    /// <summary>A second press of the key while the first one is under way would show everything anew, a moment after it is there.</summary>
    [Fact]
    public async Task LogIn_SentTwice_IsAskedOnce()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""", "token: " + Token);
        int sent = 0;
        TaskCompletionSource answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IPage page = await OpenAsync(before: p => p.RouteAsync(Session, async route =>
        {
            if (route.Request.Method == "POST")
            {
                sent++;
                await answers.Task;
            }

            await route.ContinueAsync();
        }));
        await page.FillAsync("#password", Token);
        await page.PressAsync("#password", "Enter");
        await page.PressAsync("#password", "Enter");

        answers.SetResult();

        await page.WaitForSelectorAsync("tr[data-name=cam]");
        Assert.Equal(1, sent);
    }

    /// <summary>An answer that never comes holds up nothing for longer than half a minute.</summary>
    [Fact]
    public async Task Streams_AnAnswerNeverComes_IsSaidAndTheyAreAskedForAnew()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""");
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IPage page = await OpenAsync(before: async p =>
        {
            await p.Clock.InstallAsync();
            await p.RouteAsync(Streams, _ => Task.FromResult(asked.TrySetResult()), new PageRouteOptions { Times = 1 });
            await p.AddInitScriptAsync("addEventListener('DOMContentLoaded', () => { globalThis.told = []; new MutationObserver(() => globalThis.told.push(link.textContent)).observe(link, { childList: true }); });");
        });
        await asked.Task.WaitAsync(Soon);

        await page.Clock.FastForwardAsync(31_000);

        await page.WaitForFunctionAsync("() => globalThis.told.includes('The proxy cannot be reached')");
        await page.Clock.FastForwardAsync(15_000);
        await page.WaitForSelectorAsync("tr[data-name=cam]");
    }

    /// <summary>What the live picture holds, as the proxy says it.</summary>
    private static string Description(int width) => JsonSerializer.Serialize(new
    {
        viewer = "1",
        video = new { name = "H264", codec = "avc1.42c01e", width, height = 240, reordered = false },
        audio = new { name = "PCMU", codec = "ulaw", sampleRate = 8000, channels = 1, config = (string?)null },
    });

    private static Task AnswerAsync(IRoute route, object body) =>
        route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = JsonSerializer.Serialize(body) });

    private static async Task LogInAsync(IPage page)
    {
        await page.FillAsync("#password", Token);
        await page.ClickAsync("button[type=submit]");
    }

    /// <summary>What the page says of the received bytes.</summary>
    private static async Task<string> RateAsync(IPage page) => await page.TextContentAsync("dt:text-is('Received') + dd") ?? "";
}
