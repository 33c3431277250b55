using System.Globalization;
using System.Text.Json;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Events;
using FastRtspProxy.Operations.Hooks;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;
using Microsoft.Extensions.Time.Testing;

namespace FastRtspProxy.Tests.Operations.Hooks;

/// <summary>Deliveries to a server that takes them, refuses them, or hangs.</summary>
public sealed class HookSenderTests
{
    private const string Taken = "204 No Content\r\nContent-Length: 0\r\n\r\n";
    private const string Unavailable = "503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

    [Fact]
    public async Task Tell_DeliversSignedJson()
    {
        await using StandInAuthServer server = new() { Answer = static _ => Taken };
        await using Bench bench = new(server, static hook => hook with { Secret = new Secret("geheim"), Addresses = true });

        bench.Tell("stream.up", "gate/1", "192.0.2.7");

        await bench.UntilAsync(() => bench.Counters.Delivered == 1);
        (Dictionary<string, string> headers, string body) = Parse(Assert.Single(server.Requests));
        JsonElement json = JsonDocument.Parse(body).RootElement;
        Assert.Equal(("stream.up", "gate/1", "192.0.2.7"), (json.GetProperty("type").GetString(), json.GetProperty("stream").GetString(), json.GetProperty("address").GetString()));
        Assert.Equal(headers[HookSignature.DeliveryHeader], json.GetProperty("delivery").GetString());
        Assert.Equal(
            HookSignature.Of("geheim", long.Parse(headers[HookSignature.TimestampHeader]), headers[HookSignature.DeliveryHeader], System.Text.Encoding.UTF8.GetBytes(body)),
            headers[HookSignature.SignatureHeader]);
    }

    [Fact]
    public async Task Tell_WithoutBeingAsked_SaysNoAddressAndSignsNothing()
    {
        await using StandInAuthServer server = new() { Answer = static _ => Taken };
        await using Bench bench = new(server, static hook => hook with { Events = ["viewer.left"] });

        bench.Tell("viewer.joined", "a", "192.0.2.7");
        bench.Tell("viewer.left", "a", "192.0.2.7");

        await bench.UntilAsync(() => bench.Counters.Delivered == 1);
        (Dictionary<string, string> headers, string body) = Parse(Assert.Single(server.Requests));
        Assert.DoesNotContain("192.0.2.7", body, StringComparison.Ordinal);
        Assert.Contains("viewer.left", body, StringComparison.Ordinal);
        Assert.False(headers.ContainsKey(HookSignature.SignatureHeader));
    }

    [Fact]
    public async Task Tell_ServerThatIsDown_TriesAgainInTheOrderOfTheStream()
    {
        int asked = 0;
        await using StandInAuthServer server = new() { Answer = _ => Interlocked.Increment(ref asked) <= 3 ? Unavailable : Taken };
        await using Bench bench = new(server);

        for (int i = 0; i < 5; i++)
        {
            bench.Tell("stream.up", "a", number: i);
        }

        await bench.UntilAsync(() => bench.Counters.Delivered == 5);
        Assert.Equal([0, 0, 0, 0, 1, 2, 3, 4], server.Requests.Select(static request => JsonDocument.Parse(Parse(request).Body).RootElement.GetProperty("id").GetInt32()));
        Assert.Single(server.Requests.Take(4).Select(static request => Parse(request).Headers[HookSignature.DeliveryHeader]).Distinct());
        Assert.Equal((3, 0), (bench.Counters.Retried, bench.Counters.Failed));
        Assert.Single(bench.Log.Texts, static text => text.Contains("does not take", StringComparison.Ordinal));
        Assert.Single(bench.Log.Texts, static text => text.Contains("takes deliveries again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tell_RefusedDelivery_IsGivenUpAndTheNextOneSaysSo()
    {
        int asked = 0;
        await using StandInAuthServer server = new() { Answer = _ => Interlocked.Increment(ref asked) == 1 ? "400 Bad Request\r\nContent-Length: 0\r\n\r\n" : Taken };
        await using Bench bench = new(server);

        bench.Tell("stream.up", "a");
        bench.Tell("stream.down", "a");

        await bench.UntilAsync(() => bench.Counters.Delivered == 1);
        Assert.Equal(1, bench.Counters.Failed);
        Assert.Equal(1, JsonDocument.Parse(Parse(server.Requests[1]).Body).RootElement.GetProperty("missed").GetInt64());
    }

    /// <summary>Viewers that come and go are two events each, and a hook whose URL is wrong refuses them all.</summary>
    [Fact]
    public async Task Tell_EveryDeliveryIsRefused_IsSaidOnceAMinute()
    {
        await using StandInAuthServer server = new() { Answer = static _ => "404 Not Found\r\nContent-Length: 0\r\n\r\n" };
        await using Bench bench = new(server);

        for (int i = 0; i < 20; i++)
        {
            bench.Tell("viewer.joined", "a");
        }

        await Until.TrueAsync(() => bench.Counters.Failed == 20);
        Assert.Single(Refusals(bench));

        bench.Pass(TimeSpan.FromMinutes(1));
        bench.Tell("viewer.left", "a");
        await Until.TrueAsync(() => Refusals(bench).Length == 2);
        Assert.Contains("viewer.left: status 404. It is not tried again; 19 more were refused", Refusals(bench)[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tell_MoreThanMayWait_LeavesTheRestOutAndCountsIt()
    {
        bool isOpen = false;
        await using StandInAuthServer server = new() { Answer = _ => Volatile.Read(ref isOpen) ? Taken : Unavailable };
        await using Bench bench = new(server, static hook => hook with { Queue = 3 });

        for (int i = 0; i < 10; i++)
        {
            bench.Tell("stream.up", "a");
        }

        Assert.Equal((7, 3), (bench.Counters.Dropped, bench.Counters.Waiting));
        await bench.UntilAsync(() => bench.Counters.Retried > 0);
        Volatile.Write(ref isOpen, true);
        await bench.UntilAsync(() => bench.Counters.Delivered == 3);
        Assert.Equal(0, bench.Counters.Waiting);
        Assert.Equal(7, server.Requests.Select(static request => JsonDocument.Parse(Parse(request).Body).RootElement)
            .DistinctBy(static body => body.GetProperty("delivery").GetString()).Sum(static body => body.GetProperty("missed").GetInt64()));
        Assert.Single(bench.Log.Texts, static text => text.Contains("takes deliveries again; 7 were left out", StringComparison.Ordinal));
    }

    /// <summary>RFC 9110 section 10.2.3: seconds, or the moment, as load balancers send it while they are being maintained.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tell_ServerThatSaysWhen_IsNotAskedBefore(bool isMoment)
    {
        await using StandInAuthServer server = new();
        await using Bench bench = new(server);
        List<DateTimeOffset> asked = [];
        server.Answer = _ =>
        {
            asked.Add(bench.Now);
            string after = isMoment ? bench.Now.AddSeconds(40).ToString("R", CultureInfo.InvariantCulture) : "40";
            return asked.Count > 1 ? Taken : $"503 Service Unavailable\r\nRetry-After: {after}\r\nContent-Length: 0\r\n\r\n";
        };

        bench.Tell("stream.up", "a");

        await bench.UntilAsync(() => bench.Counters.Delivered == 1);
        Assert.Equal(2, asked.Count);
        Assert.True(asked[1] - asked[0] >= TimeSpan.FromSeconds(39), $"asked again after {asked[1] - asked[0]}"); // the moment has no parts of a second
    }

    /// <summary>Who opens and closes sessions all the time would hide a lost camera from a server that is slow.</summary>
    [Fact]
    public async Task Tell_ViewersComeAndGoWithoutEnd_WhatElseHappensIsToldAllTheSame()
    {
        bool isOpen = false;
        await using StandInAuthServer server = new() { Answer = _ => Volatile.Read(ref isOpen) ? Taken : Unavailable };
        await using Bench bench = new(server, static hook => hook with { Queue = 8 });

        for (int i = 0; i < 20; i++)
        {
            bench.Tell("viewer.joined", "a");
        }

        bench.Tell("stream.down", "b");

        Assert.Equal((14, 7), (bench.Counters.Dropped, bench.Counters.Waiting));
        Volatile.Write(ref isOpen, true);
        await bench.UntilAsync(() => bench.Counters.Delivered == 7);
        Assert.Contains(server.Requests, static request => request.Contains("stream.down", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Change_LeavesAHookThatIsTheSame_AndEndsOneThatIsGone()
    {
        await using StandInAuthServer server = new() { Answer = static _ => Unavailable };
        await using Bench bench = new(server);
        bench.Tell("stream.up", "a");
        await bench.UntilAsync(() => bench.Counters.Retried > 0);

        await bench.Senders.ChangeAsync(() => [bench.Hook]);
        Assert.Equal(1, bench.Counters.Waiting);
        await bench.Senders.ChangeAsync(static () => []);
        Assert.Equal(0, bench.Counters.Waiting);
    }

    [Fact]
    public async Task Change_OfAHookForWhichSomethingWaits_TellsTheServerHowMuchItMissed()
    {
        bool isOpen = false;
        await using StandInAuthServer server = new() { Answer = _ => Volatile.Read(ref isOpen) ? Taken : Unavailable };
        await using Bench bench = new(server, static hook => hook with { Queue = 3 });
        for (int i = 0; i < 5; i++)
        {
            bench.Tell("stream.up", "a");
        }

        await bench.UntilAsync(() => bench.Counters.Retried > 0);
        await bench.Senders.ChangeAsync(() => [bench.Hook with { Timeout = TimeSpan.FromSeconds(31) }]);
        Assert.Equal((5, 0), (bench.Counters.Dropped, bench.Counters.Waiting));
        Volatile.Write(ref isOpen, true);
        bench.Tell("stream.down", "a");

        await bench.UntilAsync(() => bench.Counters.Delivered == 1);
        Assert.Equal(5, JsonDocument.Parse(Parse(server.Requests[^1]).Body).RootElement.GetProperty("missed").GetInt64());
        Assert.Equal(5, bench.Counters.Dropped);
    }

    /// <summary>Of changes that wait for each other each asks when it is its turn, so the last one sees the last configuration.</summary>
    [Fact]
    public async Task Change_SeveralAtOnce_EndsWithWhatCountsLast()
    {
        await using StandInAuthServer server = new() { Answer = static _ => Unavailable };
        await using Bench bench = new(server);
        IReadOnlyList<HookConfig> now = [bench.Hook];
        using ManualResetEventSlim isIn = new();
        using ManualResetEventSlim goesOn = new();
        Task first = Task.Run(() => bench.Senders.ChangeAsync(() =>
        {
            IReadOnlyList<HookConfig> seen = now;
            isIn.Set();
            goesOn.Wait();
            return seen;
        }));
        isIn.Wait();
        Task[] others = [bench.Senders.ChangeAsync(() => now), bench.Senders.ChangeAsync(() => now)];

        now = [];
        goesOn.Set();
        await Task.WhenAll([first, .. others]);
        bench.Tell("stream.up", "a");

        Assert.Equal((0, 0), (bench.Counters.Waiting, bench.Counters.Dropped));
    }

    [Fact]
    public async Task Follow_TellsWhatTheLogOfEventsHas()
    {
        await using StandInAuthServer server = new() { Answer = static _ => Taken };
        await using EventLog events = new(TimeProvider.System, static () => AddressDetail.Full);
        await using Bench bench = new(server);
        events.Add(static id => new ProxyEvent(id, "stream.up", DateTimeOffset.UtcNow) { Stream = "before" });
        bench.Senders.Follow(events);

        events.Add(static id => new ProxyEvent(id, "stream.up", DateTimeOffset.UtcNow) { Stream = "behind" });

        await bench.UntilAsync(() => bench.Counters.Delivered == 1);
        Assert.Contains("\"behind\"", Assert.Single(server.Requests), StringComparison.Ordinal);
    }

    private static string[] Refusals(Bench bench) => [.. bench.Log.Texts.Where(static text => text.Contains("refused viewer.", StringComparison.Ordinal))];

    private static (Dictionary<string, string> Headers, string Body) Parse(string request)
    {
        string[] parts = request.Split("\r\n\r\n", 2);
        Dictionary<string, string> headers = parts[0].Split("\r\n").Skip(1).Select(static line => line.Split(": ", 2)).ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.OrdinalIgnoreCase);
        return (headers, parts[1]);
    }

    /// <summary>One hook, with a clock that runs as fast as a test waits.</summary>
    private sealed class Bench : IAsyncDisposable
    {
        private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

        public Bench(StandInAuthServer server, Func<HookConfig, HookConfig>? change = null)
        {
            Hook = (change ?? (static hook => hook))(new HookConfig { Url = server.Url.ToString(), Timeout = TimeSpan.FromSeconds(30) });
            Senders = new HookSenders(_time, Log.CreateLogger("Hooks"));
            Senders.ChangeAsync(() => [Hook]).Wait();
        }

        public HookConfig Hook { get; }

        public HookSenders Senders { get; }

        public CollectedLog Log { get; } = new();

        public HookCounters Counters => Senders.Counters;

        public DateTimeOffset Now => _time.GetUtcNow();

        public void Tell(string name, string stream, string? address = null, int number = 0) =>
            Senders.Tell(new ProxyEvent(number, name, _time.GetUtcNow()) { Stream = stream, Address = address });

        public Task UntilAsync(Func<bool> condition) => Until.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return condition();
            },
            60);

        public void Pass(TimeSpan time) => _time.Advance(time);

        public ValueTask DisposeAsync() => Senders.DisposeAsync();
    }
}
