using FastRtspProxy.EndToEndTests.Processes;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Browser;

/// <summary>One stream in the page: added, shown, its viewers ended, taken away.</summary>
public sealed class PageStreamTests(ITestOutputHelper log, BrowserFixture fixture) : PageTest(log, fixture)
{
    [Fact]
    public async Task Stream_AddedInThePage_PlaysAndItsViewerIsKicked()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--streams", "2", "--path", "cam{0}");
        ProxyProcess proxy = await StartPageAsync(1, $$"""  first: {source: "{{camera.Urls[0]}}"}""");
        IPage page = await OpenAsync();
        await page.ClickAsync("#add");
        await page.FillAsync("#f-name", "gate/1");
        await page.FillAsync("#f-source", camera.Urls[1]);
        await ShootAsync(page, "add");
        await page.ClickAsync("dialog button[type=submit]");
        await page.WaitForSelectorAsync("h1:text-is('gate/1')");

        await page.ClickAsync("#play");
        await PicturesAsync(page, 25);
        Assert.Equal("webcodecs", await page.GetAttributeAsync(".picture", "data-way"));
        string before = await PixelsAsync(page);
        await page.WaitForFunctionAsync("before => document.querySelector('.picture canvas').toDataURL() !== before", before);
        Log.WriteLine($"The first picture stood {await page.GetAttributeAsync(".picture", "data-first-ms")} ms after the click.");
        await page.ClickAsync("#sound");
        Assert.Equal("true", await page.GetAttributeAsync("#sound", "aria-pressed"));
        await page.WaitForSelectorAsync("#viewers button");
        await page.WaitForSelectorAsync("#events >> text=viewer.joined");
        await PicturesAsync(page, 100);
        await ShootAsync(page, "stream");

        await page.ClickAsync("#viewers button");
        await page.WaitForSelectorAsync(".note >> text=kicked");
        await page.WaitForSelectorAsync("#events >> text=kicked");
        Assert.False(proxy.Process.HasExited);

        await page.ClickAsync("#remove");
        await page.ClickAsync("dialog button[value=yes]");
        await page.WaitForSelectorAsync("tr[data-name=first]");
        await page.WaitForSelectorAsync("tr[data-name='gate/1']", new PageWaitForSelectorOptions { State = WaitForSelectorState.Detached });
    }

    /// <summary>Over plain http, from another name than localhost, a browser has no WebCodecs.</summary>
    [Fact]
    public async Task Stream_WithoutWebCodecs_PlaysByMediaSourceExtensionsWithSound()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}", alwaysOn: true}""", "token: a-token-of-sixteen-and-more");
        IPage page = await OpenAsync("#/streams/cam", BrowserFixture.PlainHost); // by another name than this machine's own one logs in
        Assert.False(await page.EvaluateAsync<bool>("() => 'VideoDecoder' in globalThis"));
        await page.FillAsync("#password", "a-token-of-sixteen-and-more");
        await page.ClickAsync("button[type=submit]");

        await page.ClickAsync("#play");
        await PicturesAsync(page, 25);
        Assert.Equal("mse", await page.GetAttributeAsync(".picture", "data-way"));
        await page.ClickAsync("#sound");
        await page.WaitForFunctionAsync("() => { const video = document.querySelector('video'); return video && !video.muted && video.webkitAudioDecodedByteCount > 1000; }");
        int shown = await page.EvaluateAsync<int>("() => Number(document.querySelector('.picture').dataset.pictures)");
        await PicturesAsync(page, shown + 25);
    }

    /// <summary>What a browser cannot decode is said, and the sub stream offered; chromium has no H.265.</summary>
    [Fact]
    public async Task Stream_InH265_SaysSoAndOffersTheSubStream()
    {
        SimulatedCamera main = await StartSimulatorAsync("--video", "clip-h265");
        SimulatedCamera sub = await StartSimulatorAsync();
        await StartPageAsync(2, $$"""
              gate: {source: "{{main.Urls[0]}}", alwaysOn: true}
              gate-sub: {source: "{{sub.Urls[0]}}", alwaysOn: true}
            """);
        IPage page = await OpenAsync("#/streams/gate");
        await page.ClickAsync("#play");

        await page.WaitForSelectorAsync(".note >> text=This browser has no H.265");
        await page.ClickAsync(".note a");
        await page.WaitForSelectorAsync("h1:text-is('gate-sub')");
        await page.ClickAsync("#play");
        await PicturesAsync(page, 10);
    }

    [Fact]
    public async Task AddStream_WhatTheApiRefuses_StandsAtItsField()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""");
        IPage page = await OpenAsync();
        await page.ClickAsync("#add");
        await page.ClickAsync("dialog button[type=submit]");
        Assert.NotEqual("", await page.TextContentAsync("#f-name-error"));
        await page.FillAsync("#f-name", "gate/1");
        await page.FillAsync("#f-source", "htp://camera/1");
        await page.ClickAsync("dialog button[type=submit]");

        await page.WaitForFunctionAsync("() => document.getElementById('f-source-error').textContent.length > 10");
        Assert.Equal("true", await page.GetAttributeAsync("#f-source", "aria-invalid"));
        Assert.Equal("f-source", await page.EvaluateAsync<string>("() => document.activeElement.id"));
        Assert.Equal("", await page.TextContentAsync("#f-name-error"));
        await ShootAsync(page, "add-refused");

        await page.FillAsync("#f-source", camera.Urls[0]);
        await page.ClickAsync("dialog button[type=submit]");
        await page.WaitForSelectorAsync("h1:text-is('gate/1')");
    }

    [Fact]
    public async Task ChangeStream_ToAnotherHost_SaysThatThePasswordIsGone()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""");
        IPage page = await OpenAsync();
        await page.ClickAsync("#add");
        await page.FillAsync("#f-name", "gate");
        await page.FillAsync("#f-source", camera.Urls[0]);
        await page.FillAsync("#f-username", "u");
        await page.FillAsync("#f-password", "geheim");
        Assert.Equal(["", "auto", "tcp", "http"], await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('#f-transport option')].map(option => option.value)"));
        await page.ClickAsync("dialog button[type=submit]");
        await page.WaitForSelectorAsync("h1:text-is('gate')");

        await page.ClickAsync("#edit");
        Assert.Equal("One is set. Empty: it stays.", await page.TextContentAsync("#f-password-hint"));
        await page.FillAsync("#f-source", "rtsp://127.0.0.2:9/other");
        await page.ClickAsync("dialog button[type=submit]");
        await page.WaitForSelectorAsync("#toasts >> text=The password was taken out");
        await page.WaitForSelectorAsync("dd:text-is('u')");
        await page.ClickAsync("#edit");
        Assert.Equal(0, await page.Locator("#f-password-hint").CountAsync());
    }

    private static Task<string> PixelsAsync(IPage page) => page.EvaluateAsync<string>("() => document.querySelector('.picture canvas').toDataURL()");
}
