using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Api;
using Microsoft.Extensions.Time.Testing;

namespace FastRtspProxy.Tests.Operations.Api;

/// <summary>How often the event loops are asked, and that nobody is told what is no longer so.</summary>
public sealed class SharedEngineViewTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeProxy _proxy = new();
    private readonly SharedEngineView _view;
    private object _configuration = new();

    public SharedEngineViewTests()
    {
        _view = new SharedEngineView(_proxy, () => _configuration, _time);
        _proxy.Streams["cam"] = new StreamStatus { Name = "cam", Source = "rtsp://camera/1", State = StreamState.Down };
    }

    [Fact]
    public async Task AskedByMany_TheEventLoopsAreAskedFourTimesASecond()
    {
        for (int i = 0; i < 1000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(5));
            Assert.Single(await _view.StreamsAsync());
            Assert.NotNull(await _view.StreamAsync("cam"));
            Assert.Empty(await _view.ViewersAsync("cam"));
        }

        Assert.InRange(_proxy.Looks, 3 * 19, 3 * 20); // five seconds of four looks each
    }

    /// <summary>A thousand of which is told are asked for once a second.</summary>
    [Fact]
    public async Task ManyStreams_AreAskedForMoreSeldom()
    {
        for (int i = 0; i < 1000; i++)
        {
            _proxy.Streams["cam" + i] = _proxy.Streams["cam"];
        }

        for (int i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await _view.StreamsAsync();
        }

        Assert.InRange(_proxy.Looks, 10, 11);
    }

    public enum News
    {
        Event,
        Configuration,
        Kick,
        Restart,
    }

    [Theory]
    [InlineData(News.Event)]
    [InlineData(News.Configuration)]
    [InlineData(News.Kick)]
    [InlineData(News.Restart)]
    public async Task SomethingHappened_WhoeverAsksAfterItSeesIt(News news)
    {
        Assert.Equal(StreamState.Down, (await _view.StreamAsync("cam"))!.State);
        _time.Advance(TimeSpan.FromMilliseconds(30));
        _proxy.Streams["cam"] = _proxy.Streams["cam"] with { State = StreamState.Playing };
        Assert.Equal(StreamState.Down, (await _view.StreamAsync("cam"))!.State); // nobody told of it

        await TellAsync(news);

        Assert.Equal(StreamState.Playing, (await _view.StreamAsync("cam"))!.State);
    }

    /// <summary>Where much happens, whoever asks waits until the last look is a little past, and all who wait share the next one.</summary>
    [Fact]
    public async Task MuchHappens_LooksAreApart()
    {
        int answered = 0;
        for (int i = 0; i < 1000; i++)
        {
            _view.OnHappened(new EngineEvent(EngineEventKind.ViewerJoined, _time.GetUtcNow(), "cam"));
            Task<IReadOnlyList<StreamStatus>> one = _view.StreamsAsync();
            Task<IReadOnlyList<StreamStatus>> other = _view.StreamsAsync();
            _time.Advance(TimeSpan.FromMilliseconds(1));
            answered += one.IsCompleted ? 1 : 0;
            Assert.True(ReferenceEquals(one, other) || one.IsCompleted);
        }

        Assert.InRange(_proxy.Looks, 30, 41); // one second
        Assert.True(answered > 0);
        Task<IReadOnlyList<StreamStatus>> last = _view.StreamsAsync();
        _time.Advance(TimeSpan.FromMilliseconds(30));
        Assert.Single(await last);
    }

    [Fact]
    public async Task ViewerRefused_IsNoNews()
    {
        await _view.StreamsAsync();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        _view.OnHappened(new EngineEvent(EngineEventKind.ViewerRefused, _time.GetUtcNow(), "cam"));
        await _view.StreamsAsync();

        Assert.Equal(1, _proxy.Looks);
    }

    /// <summary>A look that fails is nobody's answer but of those who waited for it.</summary>
    [Fact]
    public async Task LookFails_TheNextAsksAnew()
    {
        _proxy.LookError = new InvalidOperationException("broken");
        await Assert.ThrowsAsync<InvalidOperationException>(() => _view.StreamsAsync());
        _proxy.LookError = null;

        Assert.Single(await _view.StreamsAsync());
    }

    /// <summary>Names are the clients' to invent; what is kept of them is bounded.</summary>
    [Fact]
    public async Task ManyNames_AreForgottenAndAskedAnew()
    {
        for (int i = 0; i < 1000; i++)
        {
            Assert.Null(await _view.StreamAsync("no" + i));
        }

        Assert.InRange(_view.NamesKept, 1, 256);
        Assert.NotNull(await _view.StreamAsync("cam"));
    }

    private async Task TellAsync(News news)
    {
        switch (news)
        {
            case News.Event:
                _view.OnHappened(new EngineEvent(EngineEventKind.StreamUp, _time.GetUtcNow(), "cam"));
                break;
            case News.Configuration:
                _configuration = new object();
                break;
            case News.Kick:
                await _view.EndViewerAsync("1");
                break;
            default:
                await _view.RestartAsync("cam");
                break;
        }
    }
}
