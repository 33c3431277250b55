using FastRtspProxy.EndToEndTests.Processes;
using Microsoft.Playwright;

namespace FastRtspProxy.EndToEndTests.Browser;

/// <summary>Debian's chromium, one for all tests of the page, which run one after the other.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    public const string Name = "browser";

    /// <summary>A name of this machine that is not localhost: over plain http a browser trusts it with less.</summary>
    public const string PlainHost = "frp.test";

    private IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Prerequisites.Chromium,
            Timeout = 120_000, // milliseconds
            Args = ["--no-sandbox", "--disable-gpu", $"--host-resolver-rules=MAP {PlainHost} 127.0.0.1"],
        });
    }

    public async Task DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
