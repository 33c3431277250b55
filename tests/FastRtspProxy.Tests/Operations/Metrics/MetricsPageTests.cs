using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Metrics;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Operations.Http;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Operations.Metrics;

/// <summary>What the page says of a real engine.</summary>
public sealed class MetricsPageTests
{
    [Fact]
    public async Task Page_WatchedStream_TellsWhatCameAndWhatWent()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        MetricsBench bench = new(host.Engine);
        (RtspTestClient client, _) = await host.WatchAsync();
        CameraTrack video = new(camera);
        byte[] key = [0x65, 0x88, .. new byte[98]];
        for (int i = 0; i < 3; i++)
        {
            video.Send(marker: true, key);
            video.NextPicture();
            await ProxyHost.ReadAsync(client);
        }

        MetricsSamples page = await bench.ReadAsync();

        Assert.Equal((1, 1), (page["stream_up{stream=\"cam\"}"], page["stream_state{stream=\"cam\",state=\"playing\"}"]));
        Assert.Equal(0, page["stream_state{stream=\"cam\",state=\"holding\"}"]);
        Assert.Equal((1, 0), (page["stream_viewers{stream=\"cam\",transport=\"tcp\"}"], page["stream_viewers{stream=\"cam\",transport=\"udp\"}"]));
        Assert.Equal((3, 336), (page["stream_ingest_packets_total{stream=\"cam\",media=\"video\"}"], page["stream_ingest_bytes_total{stream=\"cam\"}"]));
        Assert.Equal((3, 348), (page["stream_sent_packets_total{stream=\"cam\",transport=\"tcp\"}"], page["stream_sent_bytes_total{stream=\"cam\",transport=\"tcp\"}"]));
        Assert.Equal(0.04, page["stream_keyframe_interval_seconds{stream=\"cam\"}"], 6);
        Assert.InRange(page["stream_last_keyframe_timestamp_seconds{stream=\"cam\"}"], 1.7e9, 1e10);
        Assert.Equal((0, 0), (page["stream_dropped_packets_total{stream=\"cam\",cause=\"slow_client\"}"], page["stream_ingest_lost_packets_total{stream=\"cam\",where=\"network\"}"]));
        Assert.Equal((1, 1), (page["first_picture_seconds_count"], page["first_picture_seconds_bucket{le=\"+Inf\"}"]));
        Assert.Equal((1, 1, 1), (page["requests_total{method=\"PLAY\",code=\"200\"}"], page["connections{transport=\"tcp\"}"], page["sessions"]));
        Assert.True(page["shard_busy_seconds_total{shard=\"0\"}"] > 0 && page["shard_turns_total{shard=\"1\"}"] > 0 && page["memory_slab_bytes{state=\"rented\"}"] > 0);
        Assert.InRange(page.Series["process_open_fds"], 10, 1e6);
        Assert.InRange(page.Series["process_resident_memory_bytes"], 1e6, 1e12);
        client.Dispose();
    }

    /// <summary>Viewers and cameras come and go, and streams of wildcards with them: each counter that was told is told again, and has not gone back.</summary>
    [Fact]
    public async Task Page_ComingAndGoing_NoCounterGoesBack()
    {
        using ScriptedCamera camera = new();
        StreamSettings brief = new() { Start = StartMode.Live, Linger = TimeSpan.Zero };
        await using ProxyHost host = await ProxyHost.StartAsync(
        [
            ProxyHost.Stream("cam", camera.Url) with { Settings = brief },
            ProxyHost.Stream("lobby-*", camera.Url + "/${1}") with { Settings = brief },
        ]);
        MetricsBench bench = new(host.Engine);
        MetricsSamples before = await bench.ReadAsync();
        for (int round = 0; round < 4; round++)
        {
            foreach (string name in (string[])["cam", $"lobby-{round}"])
            {
                (RtspTestClient client, _) = await host.WatchAsync(name: name);
                new CameraTrack(camera).SendPicture();
                await ProxyHost.ReadAsync(client);
                before = AssertNoneWentBack(before, await bench.ReadAsync());
                client.Dispose();
                await Until.TrueAsync(async () => (await host.Engine.Status.ViewersAsync()).Count == 0);
                before = AssertNoneWentBack(before, await bench.ReadAsync());
            }

            camera.DropConnections();
        }

        await Until.TrueAsync(async () => (await host.Engine.Status.StreamsAsync()).Count == 1, 60); // those of the wildcard have gone
        await Until.TrueAsync(async () =>
        {
            before = AssertNoneWentBack(before, await bench.ReadAsync());
            return before["stream_up{stream=\"(wildcard lobby-*)\"}"] == 0;
        });
        Assert.InRange(before["stream_sent_packets_total{stream=\"(wildcard lobby-*)\",transport=\"tcp\"}"], 4, 100); // the camera sends on its newest connection
        Assert.InRange(before["stream_sent_packets_total{stream=\"cam\",transport=\"tcp\"}"], 4, 100);
        Assert.DoesNotContain(before.Series.Keys, static series => series.Contains("lobby-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_Detail_SaysWhichStreamsHaveSeriesOfTheirOwn()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", camera.Url), ProxyHost.Stream("lobby-*", camera.Url + "/${1}")]);
        (RtspTestClient client, _) = await host.WatchAsync(name: "lobby-1");

        Assert.Equal(["(wildcard lobby-*)", "cam"], await StreamsAsync(new MetricsBench(host.Engine)));
        Assert.Equal(["cam", "lobby-1"], await StreamsAsync(new MetricsBench(host.Engine, MetricsDetail.All)));
        Assert.Equal(["(all)"], await StreamsAsync(new MetricsBench(host.Engine, MetricsDetail.None)));
        Assert.Equal(["lobby-1"], await StreamsAsync(new MetricsBench(host.Engine), "lobby-1"));
        Assert.DoesNotContain("process_", await new MetricsBench(host.Engine).TextAsync("cam"), StringComparison.Ordinal);
        await host.Engine.Streams.RemoveAsync("cam");
        await host.Engine.Streams.RemoveAsync("lobby-*");
        Assert.Empty(await StreamsAsync(new MetricsBench(host.Engine)));
        client.Dispose();
    }

    [Fact]
    public async Task Page_NameWithSigns_IsEscaped()
    {
        await using ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("tür\\1", "rtsp://127.0.0.1:9/a")]);

        Assert.Equal(0, (await new MetricsBench(host.Engine).ReadAsync())[@"stream_up{stream=""tür\\1""}"]);
    }

    /// <summary>Every family is documented and comes, but for those that nothing has happened for.</summary>
    [Fact]
    public async Task Page_Families_AreThoseOfTheTable()
    {
        await using ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", "rtsp://127.0.0.1:9/a")]);

        IEnumerable<string> written = (await new MetricsBench(host.Engine).ReadAsync()).Families;

        string[] elsewhere = ["config_", "hook_", "tls_certificate_", "cluster_"];
        IEnumerable<string> known = MetricFamilies.All.Select(static family => family.Name);
        Assert.Equal(known.Where(name => !elsewhere.Any(part => name.Contains(part, StringComparison.Ordinal))).Order(), written.Order());
    }

    [Fact]
    public async Task Route_GzipAndFilter_AreServed()
    {
        MetricsConfig config = new();
        HttpRoute? route = null;
        await using HttpBench bench = await HttpBench.StartAsync(new HttpConfig(), null, new HttpRoute("GET", "/m", AccessRights.Status, exchange => route!.Work(exchange)));
        route = MetricsRoutes.All(bench.Engine, new MetricsSources { Config = () => config }).Single();

        (int status, string page, HttpResponseMessage response) = await bench.AskAsync("GET", "/m");
        (_, _, HttpResponseMessage zipped) = await bench.AskAsync("GET", "/m", null, "Accept-Encoding: br, gzip;q=0.5");
        (_, _, HttpResponseMessage unwanted) = await bench.AskAsync("GET", "/m", null, "Accept-Encoding: gzip;q=0");
        int missing = await bench.StatusAsync("GET", "/m?stream=other", "Accept-Encoding: gzip");
        int filtered = await bench.StatusAsync("GET", "/m?stream=cam");
        int mistyped = await bench.StatusAsync("GET", "/m?strem=cam", "Accept-Encoding: gzip");
        config = config with { Enabled = false };

        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (status, response.Content.Headers.ContentType!.ToString()));
        _ = new MetricsSamples(page);
        Assert.Equal("gzip", Assert.Single(zipped.Content.Headers.ContentEncoding));
        using GZipStream unzip = new(await zipped.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        _ = new MetricsSamples(await new StreamReader(unzip, Encoding.UTF8).ReadToEndAsync());
        Assert.Empty(unwanted.Content.Headers.ContentEncoding);
        Assert.Equal((404, 200, 400, 404), (missing, filtered, mistyped, await bench.StatusAsync("GET", "/m")));
    }

    private static async Task<IEnumerable<string>> StreamsAsync(MetricsBench bench, string? stream = null) =>
        (await bench.ReadAsync(stream)).Series.Keys.Where(static series => series.StartsWith("fastrtspproxy_stream_up{", StringComparison.Ordinal))
            .Select(static series => series.Split('"')[1]).Order(StringComparer.Ordinal);

    private static MetricsSamples AssertNoneWentBack(MetricsSamples before, MetricsSamples after)
    {
        foreach ((string series, double value) in before.Counters)
        {
            Assert.True(after.Series.TryGetValue(series, out double now) && now >= value, $"{series}: {value}, then {now}");
        }

        return after;
    }
}
