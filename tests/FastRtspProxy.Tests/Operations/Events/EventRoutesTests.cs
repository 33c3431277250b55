using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Events;
using FastRtspProxy.Tests.Operations.Http;

namespace FastRtspProxy.Tests.Operations.Events;

/// <summary>Server-sent events over a real connection.</summary>
public sealed class EventRoutesTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private static readonly AccessRules s_mine = new()
    {
        Users = [new AccessUser("u", FastRtspProxy.Protocol.Auth.UserSecret.OfPassword("p"), ["r"])],
        Roles = [new AccessRole("r", AccessRights.Status) { Streams = [Pattern("mine")] }],
    };

    [Fact]
    public async Task Follow_WhatHappens_IsSentAsItHappens()
    {
        await using EventLog log = new(TimeProvider.System, static () => AddressDetail.Full);
        await using HttpBench bench = await StartAsync(log);
        log.Start();
        using StreamReader reader = await FollowAsync(bench, "");

        log.Queue(new EngineEvent(EngineEventKind.StreamUp, DateTimeOffset.UnixEpoch, "gate/1\n") { Reason = "é\r\ndata: forged" });

        Assert.Equal("retry: 3000", await LineAsync(reader));
        Assert.Equal("", await LineAsync(reader));
        Assert.Equal("event: stream.up", await LineAsync(reader));
        Assert.Equal($"id: {log.Last}", await LineAsync(reader));
        Assert.StartsWith($"data: {{\"id\":{log.Last},\"type\":\"stream.up\",\"at\":\"1970-01-01T00:00:00Z\",\"stream\":\"gate/1\\n\"", await LineAsync(reader), StringComparison.Ordinal);
        Assert.Equal("", await LineAsync(reader));
    }

    [Theory]
    [InlineData("Last-Event-ID: FIRST", "", 2)]
    [InlineData(null, "?after=FIRST", 2)]
    [InlineData("Last-Event-ID: FIRST", "?after=0", 2)] // a browser that comes back has the URL of the beginning
    [InlineData(null, "?after=0", 3)]
    public async Task Follow_FromANumber_BeginsBehindIt(string? header, string query, int expected)
    {
        await using EventLog log = new(TimeProvider.System, static () => AddressDetail.Full);
        log.Add(static number => new ProxyEvent(number, "stream.up", DateTimeOffset.UnixEpoch));
        string first = $"{log.Last}";
        log.Add(static number => new ProxyEvent(number, "stream.down", DateTimeOffset.UnixEpoch));
        log.Add(static number => new ProxyEvent(number, "stream.up", DateTimeOffset.UnixEpoch));
        await using HttpBench bench = await StartAsync(log);

        using StreamReader reader = await FollowAsync(
            bench, query.Replace("FIRST", first, StringComparison.Ordinal), header?.Replace("FIRST", first, StringComparison.Ordinal));
        int events = 0;
        while (events < expected)
        {
            events += (await LineAsync(reader)).StartsWith("event: stream", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.StartsWith($"id: {log.Last}", await LineAsync(reader), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_ReaderThatMissedSome_IsTold()
    {
        await using EventLog log = new(TimeProvider.System, static () => AddressDetail.Full);
        long before = log.Last;
        for (int i = 0; i < EventLog.Kept + 7; i++)
        {
            log.Add(static number => new ProxyEvent(number, "stream.up", DateTimeOffset.UnixEpoch));
        }

        await using HttpBench bench = await StartAsync(log);
        using StreamReader reader = await FollowAsync(bench, $"?after={before}");

        Assert.Equal(["retry: 3000", "", "event: missed", "data: {\"missed\":7}", ""], await LinesAsync(reader, 5));
    }

    [Fact]
    public async Task Follow_StreamsOfOthers_AreNotTold()
    {
        await using EventLog log = new(TimeProvider.System, static () => AddressDetail.Full);
        foreach (string stream in (string[])["theirs", "mine"])
        {
            log.Add(number => new ProxyEvent(number, "stream.up", DateTimeOffset.UnixEpoch) { Stream = stream });
        }

        await using HttpBench bench = await StartAsync(log, s_mine);
        using StreamReader reader = await FollowAsync(bench, "?after=0", "Authorization: Basic dTpw");
        string[] lines = await LinesAsync(reader, 5);

        Assert.Contains("\"stream\":\"mine\"", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_Head_HasAnEnd()
    {
        await using EventLog log = new(TimeProvider.System, static () => AddressDetail.Full);
        await using HttpBench bench = await StartAsync(log);

        Assert.Equal(200, await bench.StatusAsync("HEAD", "/api/v1/events").WaitAsync(s_limit));
        Assert.Equal(200, await bench.StatusAsync("HEAD", "/api/v1/events").WaitAsync(s_limit));
    }

    [Theory]
    [InlineData("?after=x", 400)]
    [InlineData("?after=-1", 400)]
    [InlineData("?since=1", 400)]
    [InlineData("?after=1&after=2", 400)]
    public async Task Follow_WrongPlace_IsRefused(string query, int status)
    {
        await using EventLog log = new(TimeProvider.System, static () => AddressDetail.Full);
        await using HttpBench bench = await StartAsync(log);

        Assert.Equal(status, await bench.StatusAsync("GET", "/api/v1/events" + query));
    }

    [Fact]
    public async Task Follow_Nothing_IsSaidEvery15SecondsAndTheEndOfTheServerEndsIt()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using EventLog log = new(time, static () => AddressDetail.Full);
        HttpBench bench = await HttpBench.StartAsync(null, null, [.. new EventRoutes(log, time).Routes]);
        using StreamReader reader = await FollowAsync(bench, "");
        Assert.Equal(["retry: 3000", ""], await LinesAsync(reader, 2));

        Task<string> heartbeat = LineAsync(reader);
        while (!heartbeat.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(15)); // its wait may begin behind the first one
            await Task.Delay(5);
        }

        Assert.Equal(":", await heartbeat);
        await bench.DisposeAsync().AsTask().WaitAsync(s_limit);
    }

    [Fact]
    public async Task Follow_OnlyStreamsOfOthersHaveNews_TheCommentComesAllTheSame()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using EventLog log = new(time, static () => AddressDetail.Full);
        await using HttpBench bench = await HttpBench.StartAsync(null, s_mine, [.. new EventRoutes(log, time).Routes]);
        using StreamReader reader = await FollowAsync(bench, "", "Authorization: Basic dTpw");
        Assert.Equal(["retry: 3000", ""], await LinesAsync(reader, 2));

        Task heartbeat = HeartbeatAsync();
        while (!heartbeat.IsCompleted)
        {
            log.Add(static number => new ProxyEvent(number, "stream.up", DateTimeOffset.UnixEpoch) { Stream = "theirs" });
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(5);
        }

        await heartbeat;

        // A follower that stood still for a thousand events is told that it has missed some, before the comment.
        async Task HeartbeatAsync()
        {
            for (string line = ""; line != ":"; line = await LineAsync(reader))
            {
                Assert.DoesNotContain("theirs", line, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Follow_MoreThanThereIsRoomFor_IsToldToComeBack()
    {
        await using EventLog log = new(TimeProvider.System, static () => AddressDetail.Full);
        EventRoutes routes = new(log, TimeProvider.System, followersMax: 2);
        await using HttpBench bench = await HttpBench.StartAsync(null, null, [.. routes.Routes]);
        using StreamReader one = await FollowAsync(bench, "");
        using (StreamReader other = await FollowAsync(bench, ""))
        {
            Assert.Equal(503, await bench.StatusAsync("GET", "/api/v1/events"));
        }

        HttpResponseMessage? again = null;
        using CancellationTokenSource limit = new(s_limit);
        for (int status = 503; status == 503;)
        {
            limit.Token.ThrowIfCancellationRequested();

            // The one that has gone is noticed when it is written to, or its connection ends.
            log.Add(static number => new ProxyEvent(number, "stream.up", DateTimeOffset.UnixEpoch));
            again?.Dispose();
            again = await bench.Client.GetAsync(new Uri(bench.Client.BaseAddress + "api/v1/events"), HttpCompletionOption.ResponseHeadersRead).WaitAsync(s_limit);
            status = (int)again.StatusCode;
        }

        Assert.Equal(200, (int)again!.StatusCode);
        again.Dispose();
    }

    private static StreamPattern Pattern(string text) => StreamPattern.TryParse(text, out StreamPattern? pattern, out _) ? pattern : throw new ArgumentException(text);

    private static Task<HttpBench> StartAsync(EventLog log, AccessRules? rules = null) =>
        HttpBench.StartAsync(null, rules, [.. new EventRoutes(log, TimeProvider.System).Routes]);

    private static async Task<StreamReader> FollowAsync(HttpBench bench, string query, string? header = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(bench.Client.BaseAddress + "api/v1/events" + query));
        if (header?.Split(": ", 2) is { } parts)
        {
            request.Headers.TryAddWithoutValidation(parts[0], parts[1]);
        }

        HttpResponseMessage response = await bench.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(s_limit);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    private static async Task<string> LineAsync(StreamReader reader) => await reader.ReadLineAsync().WaitAsync(s_limit) ?? throw new EndOfStreamException();

    private static async Task<string[]> LinesAsync(StreamReader reader, int count)
    {
        string[] lines = new string[count];
        for (int i = 0; i < count; i++)
        {
            lines[i] = await LineAsync(reader);
        }

        return lines;
    }
}
