using FastRtspProxy.EndToEndTests.Configuration;
using FastRtspProxy.EndToEndTests.Processes;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Browser;

/// <summary>A proxy with its page, and a browser that looks at it. What the browser complains of fails the test.</summary>
[Collection(BrowserFixture.Name)]
public abstract class PageTest(ITestOutputHelper log, BrowserFixture fixture) : EndToEndTest(log), IAsyncLifetime
{
    /// <summary>Milliseconds that anything may take on a loaded machine.</summary>
    protected const float Limit = 60_000;

    private static readonly string s_artifacts = Path.Combine(SourceTree.Root, "artifacts", "page");

    /// <summary>Runs before the page's scripts: what is said for a few seconds is kept.</summary>
    private const string KeepWhatIsSaid = """
        globalThis.said = [];
        addEventListener('DOMContentLoaded', () => {
          const keep = new MutationObserver(changes => changes.forEach(({ addedNodes }) => addedNodes.forEach(line => globalThis.said.push(line.textContent))));
          const lines = document.getElementById('toasts');
          if (lines) keep.observe(lines, { childList: true });
        });
        """;

    private readonly List<string> _complaints = [];
    private readonly List<IBrowserContext> _contexts = [];
    private ConfigFile? _file;

    protected int HttpPort { get; } = FreePorts.Next();

    async Task IAsyncLifetime.DisposeAsync()
    {
        foreach (IBrowserContext context in _contexts)
        {
            await context.CloseAsync();
        }

        await DisposeAsync();
        _file?.Dispose();
        Assert.Empty(_complaints);
    }

    /// <summary>The proxy with its page, the streams as they stand in its file (indented by two), and a directory for those that are added.</summary>
    protected async Task<ProxyProcess> StartPageAsync(int streams, string text, string http = "")
    {
        _file = new ConfigFile($$"""
            http:
              listen: "127.0.0.1:{{HttpPort}}"
              hosts: [{{BrowserFixture.PlainHost}}]
            {{(http.Length == 0 ? "" : "  " + http + "\n")}}streamsDirectory: made
            streams:
            {{text}}
            """);
        return await StartProxyForAsync(streams, "--config", _file.Path);
    }

    /// <summary>A page of a browser of its own.</summary>
    protected async Task<IPage> OpenAsync(string path = "", string host = "127.0.0.1", int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light, Func<IPage, Task>? before = null)
    {
        IBrowserContext context = await fixture.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
        });
        _contexts.Add(context);
        context.SetDefaultTimeout(Limit);
        IPage page = await context.NewPageAsync();
        page.PageError += (_, error) => _complaints.Add(error);
        page.Console += (_, message) =>
        {
            Log.WriteLine($"[console {message.Type}] {message.Text}");

            // What the server refuses on purpose is told there, too.
            if (message.Type == "error" && !message.Text.Contains("the server responded with a status of", StringComparison.Ordinal))
            {
                _complaints.Add(message.Text);
            }
        };
        await page.AddInitScriptAsync(KeepWhatIsSaid);
        if (before is not null)
        {
            await before(page);
        }

        await page.GotoAsync($"http://{host}:{HttpPort}/{path}");
        return page;
    }

    /// <summary>For people to look at: artifacts/page.</summary>
    protected static Task ShootAsync(IPage page, string name, bool isWhole = true)
    {
        Directory.CreateDirectory(s_artifacts);
        return page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(s_artifacts, name + ".png"), FullPage = isWhole });
    }

    /// <summary>The page said something that begins so, whether it stands there still or not.</summary>
    protected static Task SaidAsync(IPage page, string begin) => page.WaitForFunctionAsync("begin => globalThis.said.some(text => text.startsWith(begin))", begin);

    /// <summary>So many pictures were shown.</summary>
    protected static Task PicturesAsync(IPage page, int count) =>
        page.WaitForFunctionAsync("count => Number(document.querySelector('.picture')?.dataset.pictures) >= count", count);
}
