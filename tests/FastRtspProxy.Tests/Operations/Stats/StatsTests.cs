using System.Net;
using System.Text.Json;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Stats;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Operations.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Operations.Stats;

public class StatsTests
{
    private volatile IReadOnlyList<StreamStatus> _streams = [];
    private int _looks;

    [Fact]
    public void Sample_OfTwoLooks_CountsWhatCameBetween()
    {
        StreamStatus before = Timed(Stream("cam", packets: 1000, lost: 10), pictures: 100, micros: 1_000_000);
        StreamStatus now = Timed(Stream("cam", packets: 1090, lost: 20), pictures: 120, micros: 1_250_000);

        Assert.Equal(new StreamSample(4_000_000, 10, 3, 12.5f), StreamSample.Of(now, before));
        Assert.Equal(0, StreamSample.Of(now, null).Loss);
        Assert.Equal(0, StreamSample.Of(before, now).Loss); // a camera that counts anew
        Assert.True(float.IsNaN(StreamSample.Of(before, null).Latency));
        Assert.True(float.IsNaN(StreamSample.Of(now, now).Latency)); // no picture came

        static StreamStatus Timed(StreamStatus stream, long pictures, long micros) =>
            stream with { Ingest = stream.Ingest with { LatencyCount = pictures, LatencyMicros = micros } };
    }

    [Fact]
    public async Task Last_AfterMoreLooksThanAreKept_GivesTheNewest()
    {
        FakeTimeProvider time = new();
        await using StatsSampler sampler = new(Look, time, NullLogger.Instance);
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
        await using StatsSampler sampler = new(Look, time, NullLogger.Instance);
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
        await using StatsSampler sampler = new(Look, time, NullLogger.Instance);
        await LookAsync(time, [Stream("gate/1", 1, 0), Stream("hall", 1, 0)]);
        await Until.TrueAsync(() => sampler.Last(TimeSpan.FromMinutes(5), static _ => true).Streams.Count == 2, 30);
        await using HttpBench bench = await HttpBench.StartAsync(null, null, [.. new StatsRoutes(sampler).Routes]);

        JsonElement all = JsonDocument.Parse((await bench.AskAsync("GET", "/api/v1/stats?window=1m")).Body).RootElement;
        Assert.Equal(1, all.GetProperty("interval").GetDouble());
        Assert.Equal(["gate/1", "hall"], all.GetProperty("streams").EnumerateObject().Select(static stream => stream.Name).Order());
        JsonElement one = JsonDocument.Parse((await bench.AskAsync("GET", "/api/v1/stats?stream=gate%2F1")).Body).RootElement.GetProperty("streams");
        Assert.Equal("gate/1", Assert.Single(one.EnumerateObject()).Name);
        Assert.Equal(4_000_000, one.GetProperty("gate/1").GetProperty("bitrate")[0].GetDouble());
        Assert.Equal(JsonValueKind.Null, one.GetProperty("gate/1").GetProperty("latency")[0].ValueKind);
        foreach (string query in new[] { "window=0s", "window=m", "window=5h", "window=-1m", "window=99999999m", "window=1mm", "windw=1m", "window=1m&window=5m", "x" })
        {
            Assert.Equal(400, await bench.StatusAsync("GET", "/api/v1/stats?" + query));
        }
    }

    /// <summary>Nobody can make the proxy hold a long answer as a whole, nor many of them.</summary>
    [Fact]
    public async Task Routes_LongAnswers_AreSentInPiecesToAFewAtOnce()
    {
        FakeTimeProvider time = new();
        await using StatsSampler sampler = new(Look, time, NullLogger.Instance);
        for (int i = 0; i < 10; i++)
        {
            await LookAsync(time, [.. Enumerable.Range(0, StatsSampler.StreamsMax).Select(static i => Stream("camera-" + i, 1, 0))], seconds: 10);
        }

        await Until.TrueAsync(() => sampler.Last(TimeSpan.FromHours(1), static _ => true).Streams is { Count: StatsSampler.StreamsMax } all && all[0].Samples.Length > 6, 30);
        TaskCompletionSource reads = new();
        HttpRoute route = new StatsRoutes(sampler).Routes.Single();
        List<(SlowReader Reader, Task<HttpResponse> Answer)> slow = [];
        for (int i = 0; i < 8; i++)
        {
            SlowReader reader = new(reads.Task);
            slow.Add((reader, AskAsync(route, reader)));
            await Until.TrueAsync(() => reader.HasBegun, 30);
        }

        Task<HttpResponse> ninth = AskAsync(route, new SlowReader(Task.CompletedTask));
        Task<HttpResponse> shortOne = AskAsync(route, new SlowReader(Task.CompletedTask), "?stream=camera-1");
        HttpResponse refused = await ninth;
        reads.SetResult();

        Assert.Equal((503, "1"), (refused.StatusCode, refused.Headers.RetryAfter.ToString()));
        Assert.Equal(200, (await shortOne).StatusCode);
        foreach ((SlowReader reader, Task<HttpResponse> answer) in slow)
        {
            Assert.Equal(200, (await answer).StatusCode);
            Assert.InRange(reader.MostAtOnce, 1, 96 << 10);
            Assert.Equal(StatsSampler.StreamsMax, JsonDocument.Parse(reader.ToArray()).RootElement.GetProperty("streams").EnumerateObject().Count());
        }

        Assert.Equal(200, (await AskAsync(route, new SlowReader(Task.CompletedTask))).StatusCode);
    }

    /// <summary>Who may see the list of streams may see how they were.</summary>
    [Fact]
    public async Task Routes_RightStatusAlone_GivesThoseStreams()
    {
        FakeTimeProvider time = new();
        await using StatsSampler sampler = new(Look, time, NullLogger.Instance);
        await LookAsync(time, [Stream("gate", 1, 0), Stream("hall", 1, 0)]);
        await Until.TrueAsync(() => sampler.Last(TimeSpan.FromMinutes(5), static _ => true).Streams.Count == 2, 30);
        using MemoryStream answer = new();

        await AskAsync(new StatsRoutes(sampler).Routes.Single(), answer, "", static question => question is { Right: AccessRights.Status, Stream: "gate" });

        Assert.Equal("gate", Assert.Single(JsonDocument.Parse(answer.ToArray()).RootElement.GetProperty("streams").EnumerateObject()).Name);
    }

    [Fact]
    public async Task Dispose_LookThatNeverEnds_Ends()
    {
        int looks = 0;
        StatsSampler sampler = new(
            () =>
            {
                Interlocked.Increment(ref looks);
                return new TaskCompletionSource<IReadOnlyList<StreamStatus>>().Task;
            },
            TimeProvider.System,
            NullLogger.Instance);
        await Until.TrueAsync(() => Volatile.Read(ref looks) > 0, 30);

        await sampler.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Look_ThatFails_IsFollowedByAnother()
    {
        FakeTimeProvider time = new();
        int looks = 0;
        await using StatsSampler sampler = new(() => Interlocked.Increment(ref looks) <= 2 ? throw new ObjectDisposedException("shard") : Look(), time, NullLogger.Instance);
        _streams = [Stream("cam", 1, 0)];

        await Until.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return sampler.Last(TimeSpan.FromMinutes(5), static _ => true).Streams.Count == 1;
            },
            30);
    }

    private static async Task<HttpResponse> AskAsync(HttpRoute route, Stream to, string query = "?window=50m", Func<AccessQuestion, bool>? may = null)
    {
        DefaultHttpContext context = new();
        context.Request.QueryString = new QueryString(query);
        context.Response.Body = to;
        await route.Work(new HttpExchange(context, route, null, HttpIdentity.Nobody, new FakeRights(may ?? (static _ => true)))
        {
            Address = IPAddress.Loopback,
            Ended = default,
        });
        await context.Response.BodyWriter.FlushAsync();
        return context.Response;
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
