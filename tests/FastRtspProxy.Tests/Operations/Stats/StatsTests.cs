using System.Text.Json;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Stats;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Operations.Http;

namespace FastRtspProxy.Tests.Operations.Stats;

public class StatsTests
{
    private volatile IReadOnlyList<StreamStatus> _streams = [];
    private int _looks;

    [Fact]
    public void Sample_OfTwoLooks_CountsWhatCameBetween()
    {
        StreamStatus before = Stream("cam", packets: 1000, lost: 10);
        StreamStatus now = Stream("cam", packets: 1090, lost: 20) with { Tracks = [new TrackStatus { Id = "track1", Media = "video", Codec = "H264", Jitter = 0.0125 }] };

        Assert.Equal(new StreamSample(4_000_000, 10, 3, 12.5f), StreamSample.Of(now, before));
        Assert.Equal(0, StreamSample.Of(now, null).Loss);
        Assert.Equal(0, StreamSample.Of(before, now).Loss); // a camera that counts anew
        Assert.True(float.IsNaN(StreamSample.Of(before, null).Jitter));
    }

    [Fact]
    public async Task Last_AfterMoreLooksThanAreKept_GivesTheNewest()
    {
        FakeTimeProvider time = new();
        await using StatsSampler sampler = new(Look, time);
        for (int i = 0; i < StreamHistory.Samples + 20; i++)
        {
            await LookAsync(time, [Stream("cam", packets: i, lost: 0) with { Viewers = new StreamViewers { Udp = i } }]);
        }

        (TimeSpan interval, var streams) = sampler.Last(TimeSpan.FromMinutes(5), static _ => true);
        StreamSample[] samples = Assert.Single(streams).Samples;
        Assert.Equal((TimeSpan.FromSeconds(1), StreamHistory.Samples), (interval, samples.Length));
        Assert.True(samples.Zip(samples.Skip(1)).All(static pair => pair.Second.Viewers >= pair.First.Viewers) && samples[^1].Viewers > StreamHistory.Samples);
        Assert.Equal(10, sampler.Last(TimeSpan.FromSeconds(10), static _ => true).Streams[0].Samples.Length);

        await LookAsync(time, []);
        await Until.TrueAsync(() => sampler.Last(TimeSpan.FromMinutes(5), static _ => true).Streams.Count == 0, 30);
    }

    /// <summary>A look at many streams is dear, and their history is bounded.</summary>
    [Fact]
    public async Task Last_OfMoreThanAHundredStreams_LooksEachTenSeconds()
    {
        FakeTimeProvider time = new();
        await using StatsSampler sampler = new(Look, time);
        await LookAsync(time, [.. Enumerable.Range(0, StatsSampler.StreamsMax + 50).Select(static i => Stream("cam" + i, 1, 0))]);

        await Until.TrueAsync(() => sampler.Interval == TimeSpan.FromSeconds(10), 30);
        Assert.Equal(StatsSampler.StreamsMax, sampler.Last(TimeSpan.FromMinutes(5), static _ => true).Streams.Count);
        await LookAsync(time, [Stream("cam1", 1, 0)], seconds: 10);
        await Until.TrueAsync(() => sampler.Interval == TimeSpan.FromSeconds(1), 30);
    }

    [Fact]
    public async Task Routes_AnswerWhatWasSampled()
    {
        FakeTimeProvider time = new();
        await using StatsSampler sampler = new(Look, time);
        await LookAsync(time, [Stream("gate/1", 1, 0), Stream("hall", 1, 0)]);
        await Until.TrueAsync(() => sampler.Last(TimeSpan.FromMinutes(5), static _ => true).Streams.Count == 2, 30);
        await using HttpBench bench = await HttpBench.StartAsync(null, null, [.. new StatsRoutes(sampler).Routes]);

        JsonElement all = JsonDocument.Parse((await bench.AskAsync("GET", "/api/v1/stats?window=1m")).Body).RootElement;
        Assert.Equal(1, all.GetProperty("interval").GetDouble());
        Assert.Equal(["gate/1", "hall"], all.GetProperty("streams").EnumerateObject().Select(static stream => stream.Name).Order());
        JsonElement one = JsonDocument.Parse((await bench.AskAsync("GET", "/api/v1/stats?stream=gate%2F1")).Body).RootElement.GetProperty("streams");
        Assert.Equal("gate/1", Assert.Single(one.EnumerateObject()).Name);
        Assert.Equal(4_000_000, one.GetProperty("gate/1").GetProperty("bitrate")[0].GetDouble());
        Assert.Equal(JsonValueKind.Null, one.GetProperty("gate/1").GetProperty("jitter")[0].ValueKind);
        foreach (string window in new[] { "0s", "m", "5h", "-1m", "99999999m", "1mm" })
        {
            Assert.Equal(400, await bench.StatusAsync("GET", "/api/v1/stats?window=" + window));
        }
    }

    private static StreamStatus Stream(string name, long packets, long lost) => new()
    {
        Name = name,
        Source = "rtsp://camera/1",
        Ingest = new IngestStatus { Packets = packets, LostInNetwork = lost, Bitrate = 4_000_000 },
        Viewers = new StreamViewers { Tcp = 3 },
    };

    private Task<IReadOnlyList<StreamStatus>> Look()
    {
        Interlocked.Increment(ref _looks);
        return Task.FromResult(_streams);
    }

    /// <summary>The next look sees these.</summary>
    private async Task LookAsync(FakeTimeProvider time, IReadOnlyList<StreamStatus> streams, int seconds = 1)
    {
        _streams = streams;
        int before = Volatile.Read(ref _looks);
        while (Volatile.Read(ref _looks) == before)
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            await Task.Yield();
        }
    }
}
