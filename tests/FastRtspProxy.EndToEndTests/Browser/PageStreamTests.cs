using FastRtspProxy.EndToEndTests.Processes;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Browser;

/// <summary>One stream in the page: added, shown, its viewers ended, taken away.</summary>
public sealed class PageStreamTests(ITestOutputHelper log, BrowserFixture fixture) : PageTest(log, fixture)
{
    /// <summary>
    /// Runs before the page's scripts: when each picture that is decoded is to be shown, and in each that is drawn, when it is, and where the white bar stands (the middle of what is bright, on
    /// a circle).
    /// </summary>
    private const string NoteTheBar = """
        globalThis.bars = [];
        globalThis.decoded = [];
        const { decode } = VideoDecoder.prototype;
        VideoDecoder.prototype.decode = function (chunk) { globalThis.decoded.push(chunk.timestamp); decode.call(this, chunk); };
        const { drawImage } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.drawImage = function (...what) {
          drawImage.apply(this, what);
          const { width, height } = this.canvas;
          const row = this.getImageData(0, height >> 1, width, 1).data;
          let x = 0, y = 0;
          for (let i = 0; i < width; i++) { if (row[4 * i] > 128) { x += Math.cos(2 * Math.PI * i / width); y += Math.sin(2 * Math.PI * i / width); } }
          globalThis.bars.push([what[0].timestamp, Math.atan2(y, x) / (2 * Math.PI) * width]);
        };
        """;

    [Fact]
    public async Task Stream_AddedInThePage_PlaysAndItsViewerIsKicked()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--streams", "2", "--path", "cam{0}");
        ProxyProcess proxy = await StartPageAsync(1, $$"""  first: {source: "{{camera.Urls[0]}}"}""");
        TaskCompletionSource follows = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IPage page = await OpenAsync(before: page =>
        {
            page.Response += (_, response) =>
            {
                if (response.Url.EndsWith("/api/v1/events", StringComparison.Ordinal))
                {
                    follows.TrySetResult();
                }
            };
            return Task.CompletedTask;
        });
        await follows.Task.WaitAsync(TimeSpan.FromMilliseconds(Limit)); // what happens from now on is told
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
        foreach (string step in (string[])["connecting to " + camera.Urls[1], "described: video H264", "set up by", "plays", "first packet"])
        {
            await page.WaitForSelectorAsync($"#events >> text=camera · {step}"); // what was there before the page was opened, too
        }

        await page.WaitForSelectorAsync("figure[aria-label^='Latency of the ingest: ']");
        await page.WaitForSelectorAsync("dl >> text=reported by viewers 0");
        await page.WaitForSelectorAsync("[aria-label=Tracks] tbody tr:first-child td:last-child >> text=/\\d ms/");
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

    /// <summary>Ten seconds, of which some are missing: were they in the times of the one only, it would be ahead of the other from there on.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(0, 0.5)]
    [InlineData(3, 3)]
    public async Task StreamWithSound_WithoutWebCodecs_PicturesAndSoundStayTogetherWhereSomeAreMissing(double picturesSeconds, double soundSeconds)
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""");
        IPage page = await OpenAsync();

        int[] milliseconds = await page.EvaluateAsync<int[]>(
            """
            async ([pictures, sound]) => {
              const lasts = [0, 0];
              const ready = new Promise(done => {
                class Muxer {
                  constructor(options) { setTimeout(() => { options.onReady(); done(); }); }
                  feed(data) { lasts[data.video ? 0 : 1] += data.duration; }
                  destroy() {}
                }
                Object.defineProperty(globalThis, 'JMuxer', { value: Muxer, writable: false }); // what is loaded does not take its place
              });
              const { SourcePicture } = await import(new URL('picture-source.js', document.baseURI).href);
              const picture = new SourcePicture({ codec: 'avc1.42c01e' }, { codec: 'mp4a.40.2', config: '1190', sampleRate: 48000 }, () => {}, () => {});
              await ready;
              const unit = new Uint8Array(8);
              const isMissing = (seconds, length) => seconds > 2 && seconds < 2 + length;
              for (let i = 0, heard = 0; i < 250; i++) {
                const seconds = i / 25;
                if (!isMissing(seconds, pictures)) picture.take(unit, 60e6 + seconds * 1e6);
                for (; heard * 1024 / 48000 < seconds; heard++) {
                  if (!isMissing(heard * 1024 / 48000, sound)) picture.takeSound(unit, 60e6 + heard * 1024e6 / 48000);
                }
              }
              picture.close();
              return lasts;
            }
            """,
            new[] { picturesSeconds, soundSeconds });

        Assert.All(milliseconds, static length => Assert.InRange(length, 9_850, 10_150));
    }

    /// <summary>HE-AAC is AAC-LC and more; its object type has no room in the header that goes in front of each unit.</summary>
    [Theory]
    [InlineData("mp4a.40.2", "1310", "FFF158")]
    [InlineData("mp4a.40.5", "2b1188", "FFF158")]
    public async Task StreamWithSound_WithoutWebCodecs_TheHeaderOfItsUnitsIsOfAacLc(string codec, string config, string header)
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Urls[0]}}"}""");
        IPage page = await OpenAsync();

        int[] bytes = await page.EvaluateAsync<int[]>(
            """
            async ([codec, config]) => {
              const fed = new Promise(done => {
                class Muxer {
                  constructor(options) { setTimeout(options.onReady); }
                  feed(data) { if (data.audio) done(Array.from(data.audio.subarray(0, 3))); }
                  destroy() {}
                }
                Object.defineProperty(globalThis, 'JMuxer', { value: Muxer, writable: false });
              });
              const { SourcePicture } = await import(new URL('picture-source.js', document.baseURI).href);
              const audio = { codec, config, sampleRate: 24000 };
              const picture = new SourcePicture({ codec: 'avc1.42c01e' }, SourcePicture.hears(audio) ? audio : null, () => {}, () => {});
              picture.take(new Uint8Array(8), 60e6);
              picture.takeSound(new Uint8Array(8), 60e6);
              return fed.finally(() => picture.close());
            }
            """,
            new[] { codec, config });

        Assert.Equal(header, Convert.ToHexString(bytes.Select(static one => (byte)one).ToArray()));
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

    /// <summary>A bar runs to the right in the picture: with the pictures in order it never goes back.</summary>
    [Fact]
    public async Task Stream_WithBFrames_IsShownInOrderByWebCodecs()
    {
        CameraProcess camera = await StartCameraAsync("h264-b", "--pattern", "bar");
        await StartPageAsync(1, $$"""  cam: {source: "{{camera.Url}}", alwaysOn: true}""");
        IPage page = await OpenAsync("#/streams/cam", before: static page => page.AddInitScriptAsync(NoteTheBar));
        await page.ClickAsync("#play");
        await PicturesAsync(page, 100);

        Assert.Equal("webcodecs", await page.GetAttributeAsync(".picture", "data-way"));
        double[] decoded = await page.EvaluateAsync<double[]>("() => globalThis.decoded");
        Assert.True(decoded.Zip(decoded.Skip(1)).Count(static pair => pair.Second < pair.First) > 20, "the camera has no B-frames");
        double[][] bars = await page.EvaluateAsync<double[][]>("() => globalThis.bars");
        (double Pictures, double Pixels)[] steps = [.. bars.Zip(bars.Skip(1), static (one, next) => ((next[0] - one[0]) / 40_000, next[1] - one[1]))];
        Assert.True(steps.Length >= 99);
        Assert.All(steps, static step =>
        {
            Assert.InRange(step.Pictures, 0.5, double.MaxValue); // one at a time, more where pictures were left out
            Assert.InRange(Math.Abs(Math.IEEERemainder(step.Pixels - (8 * step.Pictures), 320)), 0, 2.5); // eight pixels a picture
        });
        Assert.True(steps.Count(static step => step.Pictures < 1.5) > 50, string.Join(' ', steps));
    }

    /// <summary>Media Source Extensions would show them as they come: the page says so, and offers the sub stream.</summary>
    [Fact]
    public async Task Stream_WithBFramesWithoutWebCodecs_IsRefusedAndTheSubStreamOffered()
    {
        CameraProcess camera = await StartCameraAsync("h264-b");
        SimulatedCamera sub = await StartSimulatorAsync();
        await StartPageAsync(2, $$"""
              gate: {source: "{{camera.Url}}", alwaysOn: true}
              gate-sub: {source: "{{sub.Urls[0]}}", alwaysOn: true}
            """, "token: a-token-of-sixteen-and-more");
        IPage page = await OpenAsync("#/streams/gate", BrowserFixture.PlainHost);
        await page.FillAsync("#password", "a-token-of-sixteen-and-more");
        await page.ClickAsync("button[type=submit]");
        await page.ClickAsync("#play");

        await page.WaitForSelectorAsync(".note >> text=over plain http it does not");
        Assert.Equal(0, await page.Locator(".picture video, .picture canvas").CountAsync());
        await ShootAsync(page, "b-frames");
        await page.ClickAsync(".note a");
        await page.WaitForSelectorAsync("h1:text-is('gate-sub')");
        await page.ClickAsync("#play");
        await PicturesAsync(page, 10);
        Assert.Equal("mse", await page.GetAttributeAsync(".picture", "data-way"));
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
        await SaidAsync(page, "The password was taken out");
        await page.WaitForSelectorAsync("dd:text-is('u')");
        await page.ClickAsync("#edit");
        Assert.Equal(0, await page.Locator("#f-password-hint").CountAsync());
    }

    /// <summary>Several sources stand in one field; what the form says is what the API has.</summary>
    [Fact]
    public async Task Form_Sources_AreSeveralOneAndWhatIsRefusedStandsAtTheirField()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--streams", "3", "--path", "cam{0}");
        (string a, string b, string c) = (camera.Urls[0], camera.Urls[1], camera.Urls[2]);
        await StartPageAsync(1, $$"""  first: {source: "{{a}}"}""");
        IPage page = await OpenAsync();
        await page.ClickAsync("#add");
        await page.FillAsync("#f-name", "gate");
        await page.FillAsync("#f-source", $"{a}   {b}");
        await page.ClickAsync("dialog button[type=submit]");
        await page.WaitForSelectorAsync("h1:text-is('gate')");
        Assert.Equal($"[null,[\"{a}\",\"{b}\"]]", await SourcesAsync(page));
        await page.WaitForSelectorAsync("dt:text-is('In use') + dd");
        await page.WaitForSelectorAsync($"dt:text-is('Source 2') + dd >> text={b}");

        Assert.Equal($"{a} {b}", await OpenFormAsync(page));
        await SaveAsync(page, $"{b} {a} {c}");
        Assert.Equal($"[null,[\"{b}\",\"{a}\",\"{c}\"]]", await SourcesAsync(page));

        await OpenFormAsync(page);
        await page.SelectOptionAsync("#f-start", "keyframe");
        await SaveAsync(page, $"{b} {a} {c}"); // another field alone: the sources are not said
        Assert.Equal($"[null,[\"{b}\",\"{a}\",\"{c}\"]]", await SourcesAsync(page));

        await OpenFormAsync(page);
        await page.FillAsync("#f-source", $"{b} htp://camera/2");
        await page.ClickAsync("dialog button[type=submit]");
        await page.WaitForFunctionAsync("() => document.getElementById('f-source-error').textContent.length > 10");
        Assert.Equal("true", await page.GetAttributeAsync("#f-source", "aria-invalid"));
        Assert.Equal("f-source", await page.EvaluateAsync<string>("() => document.activeElement.id"));
        await ShootAsync(page, "sources-refused");
        await SaveAsync(page, b);
        Assert.Equal($"[\"{b}\",null]", await SourcesAsync(page));

        Assert.Equal(b, await OpenFormAsync(page));
        await SaveAsync(page, $"{a} {c}");
        Assert.Equal($"[null,[\"{a}\",\"{c}\"]]", await SourcesAsync(page));
    }

    /// <summary>Sources with keys of their own have no field: what is changed beside them leaves them as they are.</summary>
    [Fact]
    public async Task Form_SourcesWithKeysOfTheirOwn_AreShownAndLeftAsTheyAre()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--streams", "2", "--path", "cam{0}");
        await StartPageAsync(1, $$"""  first: {source: "{{camera.Urls[0]}}"}""");
        IPage page = await OpenAsync();
        await page.WaitForSelectorAsync("tr[data-name=first]");
        int status = await page.EvaluateAsync<int>(
            "async urls => (await fetch('/api/v1/streams/gate', { method: 'PUT', headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'fastrtspproxy' }, body: JSON.stringify({ sources: [{ url: urls[0], transport: 'tcp' }, urls[1]] }) })).status", camera.Urls);
        Assert.Equal(201, status);
        string before = await SourcesAsync(page);
        await page.EvaluateAsync("() => { location.hash = '#/streams/gate'; }");
        await page.WaitForSelectorAsync("h1:text-is('gate')");

        Assert.Equal($"{camera.Urls[0]} {camera.Urls[1]}", await OpenFormAsync(page));
        Assert.True(await page.IsDisabledAsync("#f-source"));
        await page.FillAsync("#f-maxViewers", "7");
        await SaveAsync(page, null);

        Assert.Equal(before, await SourcesAsync(page));
        Assert.Contains("\"transport\":\"tcp\"", before, StringComparison.Ordinal);
    }

    /// <summary>What is said in another way than the form says it, or has no choice there, is not changed with what stands beside it.</summary>
    [Fact]
    public async Task Form_WhatItHasNoChoiceFor_IsLeftAsItIs()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  first: {source: "{{camera.Urls[0]}}"}""");
        IPage page = await OpenAsync();
        await page.WaitForSelectorAsync("tr[data-name=first]");
        Assert.Equal(201, await page.EvaluateAsync<int>(
            "async url => (await fetch('/api/v1/streams/gate', { method: 'PUT', headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'fastrtspproxy' }, body: JSON.stringify({ source: url, start: { mode: 'past', recorders: true }, alwaysOn: 'true' }) })).status", camera.Urls[0]));
        await page.EvaluateAsync("() => { location.hash = '#/streams/gate'; }");
        await page.WaitForSelectorAsync("h1:text-is('gate')");

        await OpenFormAsync(page);
        Assert.Equal("kept", await page.InputValueAsync("#f-start"));
        await page.FillAsync("#f-maxViewers", "7");
        await SaveAsync(page, null);
        Assert.Equal("[{\"mode\":\"past\",\"recorders\":true},\"true\",7]", await SettingsAsync(page));

        await OpenFormAsync(page);
        await page.SelectOptionAsync("#f-start", "past");
        await SaveAsync(page, null);
        await OpenFormAsync(page);
        Assert.Equal("past", await page.InputValueAsync("#f-start"));
        await page.FillAsync("#f-maxViewers", "8");
        await SaveAsync(page, null);
        Assert.Equal("[\"past\",\"true\",8]", await SettingsAsync(page));
    }

    /// <summary>What the page does not know yet, or not any more, is not changed: a form would be filled from nothing, or from what was true before.</summary>
    [Fact]
    public async Task Form_WhileTheStreamIsAskedFor_IsNotOpenedFromWhatWasTrueBefore()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--streams", "2", "--path", "cam{0}");
        await StartPageAsync(1, $$"""  first: {source: "{{camera.Urls[0]}}"}""");
        TaskCompletionSource answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IPage page = await OpenAsync("#/streams/gate", before: p => p.RouteAsync("**/api/v1/streams", async route =>
        {
            await answers.Task;
            await route.ContinueAsync();
        }));
        Assert.Equal(201, await page.EvaluateAsync<int>(
            "async url => (await fetch('/api/v1/streams/gate', { method: 'PUT', headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'fastrtspproxy' }, body: JSON.stringify({ source: url }) })).status", camera.Urls[0]));
        await page.WaitForSelectorAsync("h1:text-is('gate')");

        Assert.True(await page.IsDisabledAsync("#edit"));
        Assert.True(await page.IsDisabledAsync("#remove"));
        answers.SetResult();
        Assert.Equal(camera.Urls[0], await OpenFormAsync(page));

        answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.FillAsync("#f-source", camera.Urls[1]);
        await page.ClickAsync("dialog button[type=submit]");
        await page.WaitForFunctionAsync("async url => (await (await fetch('/api/v1/streams/gate')).json()).config.source === url", camera.Urls[1]);
        Assert.Equal(1, await page.Locator("dialog[open]").CountAsync());
        answers.SetResult();
        await page.WaitForSelectorAsync("dialog", new PageWaitForSelectorOptions { State = WaitForSelectorState.Detached });
        Assert.Equal(camera.Urls[1], await OpenFormAsync(page));
    }

    /// <summary>What the field of the sources holds.</summary>
    private static async Task<string> OpenFormAsync(IPage page)
    {
        await page.ClickAsync("#edit");
        return await page.InputValueAsync("#f-source");
    }

    /// <param name="page">With the form open.</param>
    /// <param name="sources">Said in their field; null: nothing is.</param>
    private static async Task SaveAsync(IPage page, string? sources)
    {
        if (sources is not null)
        {
            await page.FillAsync("#f-source", sources);
        }

        await page.ClickAsync("dialog button[type=submit]");
        await page.WaitForSelectorAsync("dialog", new PageWaitForSelectorOptions { State = WaitForSelectorState.Detached });
    }

    /// <summary>The keys of the stream "gate", as the API has them.</summary>
    private static Task<string> SourcesAsync(IPage page) => page.EvaluateAsync<string>(
        "async () => { const { config } = await (await fetch('/api/v1/streams/gate')).json(); return JSON.stringify([config.source ?? null, config.sources ?? null]); }");

    /// <summary>What else is said of it.</summary>
    private static Task<string> SettingsAsync(IPage page) => page.EvaluateAsync<string>(
        "async () => { const { config } = await (await fetch('/api/v1/streams/gate')).json(); return JSON.stringify([config.start, config.alwaysOn, config.maxViewers]); }");

    private static Task<string> PixelsAsync(IPage page) => page.EvaluateAsync<string>("() => document.querySelector('.picture canvas').toDataURL()");

    /// <summary>Of two boxes of a list the other one is not there, so this one owns what it is asked for.</summary>
    [Fact]
    public async Task Stream_OfACluster_SaysWhichBoxOwnsIt()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        int port = FreePorts.Next();
        await StartPageAsync(1, $$$"""
              cam: {source: "{{{camera.Urls[0]}}}"}
            cluster:
              name: site-1
              node: a
              advertise: rtsp://127.0.0.1:{{{port}}}
              secret: 0123456789abcdef0123456789abcdef
              engine: {kind: static, nodes: {a: "rtsp://127.0.0.1:{{{port}}}", b: "rtsp://127.0.0.1:9"}}
            """);

        IPage page = await OpenAsync("#/streams/cam");

        await page.WaitForSelectorAsync("dl >> text=/^box a \\(epoch \\d+\\), which is this one$/");
    }
}
