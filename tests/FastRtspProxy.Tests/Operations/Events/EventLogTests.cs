using System.Net;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Events;
using FastRtspProxy.Operations.Reload;

namespace FastRtspProxy.Tests.Operations.Events;

/// <summary>The last thousand events, and those who read them.</summary>
public sealed class EventLogTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private AddressDetail _detail = AddressDetail.Full;

    [Fact]
    public async Task Happened_OfTheEngine_IsToldInOrder()
    {
        await using EventLog log = Log();
        log.Start();
        EventReader reader = log.ReadFrom(null);

        foreach (EngineEventKind kind in Enum.GetValues<EngineEventKind>())
        {
            log.Queue(new EngineEvent(kind, _time.GetUtcNow(), "a")
            {
                Viewer = "v",
                Address = IPAddress.Parse("::ffff:198.51.100.7"),
                Reason = "rtsp://u:geheim@h/?password=geheim\r\nx",
            });
        }

        List<ProxyEvent> events = [];
        while (events.Count < 10)
        {
            events.AddRange((await reader.NextAsync(s_limit, TimeProvider.System, default)).Events);
        }

        Assert.Equal(ProxyEvent.Types.Take(10), events.Select(static one => one.Type));
        Assert.Equal(Enumerable.Range(0, 10).Select(n => events[0].Id + n), events.Select(static one => one.Id));
        Assert.All(events, static one => Assert.Equal(("198.51.100.7", "rtsp://***@h/?password=***??x"), (one.Address, one.Reason)));
    }

    [Theory]
    [InlineData("Full", "2001:db8:1:2::3")]
    [InlineData("Network", "2001:db8:1::/48")]
    [InlineData("None", null)]
    public async Task Happened_OfAViewer_HasAsMuchOfItsAddressAsTheLog(string detail, string? shown)
    {
        _detail = Enum.Parse<AddressDetail>(detail);
        await using EventLog log = Log();
        log.Start();
        EventReader reader = log.ReadFrom(null);

        log.Queue(new EngineEvent(EngineEventKind.ViewerJoined, _time.GetUtcNow(), "a") { Address = IPAddress.Parse("2001:db8:1:2::3") });

        Assert.Equal(shown, (await reader.NextAsync(s_limit, TimeProvider.System, default)).Events.Single().Address);
    }

    [Fact]
    public void ReadFrom_ANumber_GivesWhatCameBehindIt()
    {
        EventLog log = Log();
        long first = Add(log, 5);

        Assert.Equal([first + 3, first + 4], log.ReadFrom(first + 2).Take().Events.Select(static one => one.Id));
        Assert.Empty(log.ReadFrom(first + 4).Take().Events);
        Assert.Empty(log.ReadFrom(null).Take().Events);
        Assert.Equal(5, log.ReadFrom(0).Take().Events.Count);
        Assert.Equal(0, log.ReadFrom(0).Take().Missed);
        Assert.Equal(first + 4, log.Last);
    }

    [Fact]
    public void ReadFrom_NumberOfAnEarlierStart_GivesAllAndSaysThatSomeAreMissed()
    {
        long earlier = Add(Log(), 3);
        _time.Advance(TimeSpan.FromSeconds(1));
        EventLog log = Log();
        long first = Add(log, 2);

        EventBatch batch = log.ReadFrom(earlier).Take();

        Assert.True(first > earlier + 3);
        Assert.Equal((2, 1), (batch.Events.Count, batch.Missed));
    }

    [Fact]
    public void ReadFrom_NumberThatIsNotYet_GivesAll()
    {
        EventLog log = Log();
        Add(log, 2);

        Assert.Equal(2, log.ReadFrom(log.Last + 1000).Take().Events.Count);
    }

    [Fact]
    public void Take_SlowReader_IsToldHowManyItMissed()
    {
        EventLog log = Log();
        long first = Add(log, 1);
        EventReader reader = log.ReadFrom(first - 1);
        Add(log, EventLog.Kept + 9);

        EventBatch batch = reader.Take();

        Assert.Equal((EventLog.Kept, 10L), (batch.Events.Count, batch.Missed));
        Assert.Equal(first + 10, batch.Events[0].Id);
        Assert.Equal(log.Last, reader.At);
        Assert.Empty(reader.Take().Events);
    }

    [Fact]
    public async Task Queue_MoreThanItTakes_CountsAsMissed()
    {
        await using EventLog log = Log();
        EventReader reader = log.ReadFrom(null);
        const int Many = 50_000;
        for (int i = 0; i < Many; i++)
        {
            log.Queue(new EngineEvent(EngineEventKind.ViewerLeft, _time.GetUtcNow(), "a")); // nobody takes them yet
        }

        log.Start();
        long seen = 0;
        while (seen < Many)
        {
            EventBatch batch = await reader.NextAsync(s_limit, TimeProvider.System, default);
            seen += batch.Events.Count + batch.Missed;
        }

        Assert.Equal(Many, seen);
    }

    [Fact]
    public async Task Next_NothingHappens_ComesBackEmptyWhenTheTimeIsOver()
    {
        EventLog log = Log();
        Task<EventBatch> next = log.ReadFrom(null).NextAsync(s_limit, _time, default);
        Assert.False(next.IsCompleted);

        _time.Advance(s_limit);

        EventBatch batch = await next;
        Assert.Equal((0, 0L), (batch.Events.Count, batch.Missed));
    }

    [Fact]
    public async Task Reloads_AreEvents()
    {
        await using EventLog log = Log();
        EventReader reader = log.ReadFrom(null);
        log.Start();
        log.Queue(new ReloadResult(ReloadCause.HangUp, _time.GetUtcNow()) { Applied = ["a", "b"] });
        log.Queue(new ReloadResult(ReloadCause.HangUp, _time.GetUtcNow()) { Errors = ["no"] });

        List<ProxyEvent> events = [];
        while (events.Count < 2)
        {
            events.AddRange((await reader.NextAsync(s_limit, TimeProvider.System, default)).Events);
        }

        Assert.Equal([("config.reloaded", "2 changes"), ("config.refused", "no")], events.Select(static one => (one.Type, one.Reason)));
    }

    private EventLog Log() => new(_time, () => _detail);

    /// <summary>The number of the first of them.</summary>
    private long Add(EventLog log, int count)
    {
        long first = log.Last + 1;
        for (int i = 0; i < count; i++)
        {
            log.Add(number => new ProxyEvent(number, "stream.up", _time.GetUtcNow()));
        }

        return first;
    }
}
