using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

public sealed class TurnCoalescerTests
{
    private const long WindowMicros = 100_000;

    private readonly TurnCoalescer _coalescer = new(gapMicros: 1000);
    private long _now = WindowMicros;

    [Theory]
    [InlineData(1, 5000, false)] // one camera of many packets: nothing waits for another
    [InlineData(31, 100, false)]
    [InlineData(50, 2, false)] // 50 cameras of 20 pictures a second: one burst in a millisecond
    [InlineData(100, 3, true)]
    [InlineData(500, 2, true)]
    public void RestMicros_AfterAWindow_IsForManyBusySources(int sources, int bursts, bool isOn)
    {
        Window(sources, bursts);

        Assert.Equal(isOn, _coalescer.IsOn);
        Assert.Equal(isOn ? 600 : 0, _coalescer.RestMicros(wokenMicros: _now - 400, _now));
        Assert.Equal(0, _coalescer.RestMicros(wokenMicros: _now - 1400, _now)); // the turn itself took as long
    }

    [Fact]
    public void RestMicros_SourcesFallSilent_EndsWithTheWindow()
    {
        Window(100, 3);
        Window(100, 2); // still enough to go on with
        Assert.True(_coalescer.IsOn);
        Window(100, 1);
        Assert.False(_coalescer.IsOn);

        Window(100, 3);
        _now += 10 * WindowMicros;
        Assert.Equal(0, _coalescer.RestMicros(_now, _now)); // nothing came for a second
    }

    [Fact]
    public void RestMicros_SwitchedOff_IsNothing()
    {
        TurnCoalescer off = new(gapMicros: 0);
        long[] windows = new long[100];
        for (int i = 0; i < 100_000; i++)
        {
            off.Note(ref windows[i % 100]);
            Assert.Equal(0, off.RestMicros(i * 10, i * 10));
        }
    }

    private void Window(int sources, int bursts)
    {
        long[] windows = new long[sources];
        _ = _coalescer.RestMicros(_now, _now);
        for (int i = 0; i < sources * bursts; i++)
        {
            _coalescer.Note(ref windows[i % sources]);
        }

        _now += WindowMicros;
        _ = _coalescer.RestMicros(_now, _now);
    }
}
