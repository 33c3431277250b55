using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>What one mount sends to its viewers, measured, and whether one more may come. On the mount's shard.</summary>
internal sealed class MountEgress(Shard shard, PacketRing ring, EgressBudget? budget, string name, ILogger log)
{
    /// <summary>
    /// What a camera sent so long ago refuses nobody: it may have been set to send less, which only shows when somebody plays again.
    /// </summary>
    private const long KnownMicros = 600_000_000;

    /// <summary>Mutable struct, never copied.</summary>
    private EgressShare _share = new(shard, budget, name, log);

    /// <summary>Of what the camera sends; the last figure while it sends nothing.</summary>
    private RateMeter _rate;

    /// <summary>When it was measured last.</summary>
    private long _notedMicros;

    /// <summary>The camera plays: from <see cref="BeginSession"/> to <see cref="End"/>, and only then something is measured and booked.</summary>
    private bool _isMeasuring;

    /// <summary>What receiving from the camera weighs on the shard, or will.</summary>
    private BookedWeight _weight = Expected(shard);

    /// <summary>What the camera sends, in bits a second, as it was measured last; 0: it was not. Any thread.</summary>
    public long BitsPerSecond => _rate.BitsPerSecond;

    /// <summary>The camera plays, from now on.</summary>
    public void BeginSession()
    {
        _isMeasuring = true;
        _rate.Begin(ring.AppendedBytes, shard.NowMicros);
    }

    /// <summary>The mount has another camera: its rate is not known.</summary>
    public void OnCameraChanged() => _rate.Forget();

    /// <summary>Measures, and tells the budget what so many viewers get. Nothing happens while the camera does not play: its rate stays.</summary>
    public void Note(int viewers)
    {
        if (!_isMeasuring)
        {
            return;
        }

        Measure();
        _weight.Book(shard, ShardPlacement.WeightOf(_rate.BitsPerSecond));
        _share.Tell(_rate.BitsPerSecond * viewers);
    }

    /// <summary>Nothing goes out, and nothing comes.</summary>
    public void End()
    {
        if (_isMeasuring)
        {
            _isMeasuring = false;
            _weight.Expect(shard, ShardPlacement.WeightOf(_rate.BitsPerSecond));
            _share.Tell(0);
        }
    }

    /// <summary>The mount ends, or was never begun; no session begins after that.</summary>
    public void Close()
    {
        _isMeasuring = false;
        _weight.Release();
        _share.Tell(0);
    }

    /// <summary>Whether one more may come, to make so many; if not, it is said now and then.</summary>
    public bool Admits(int viewers)
    {
        if (_share.Told > 0)
        {
            Measure();
        }

        bool isKnown = shard.NowMicros - _notedMicros < KnownMicros;
        return _share.Admits(isKnown ? _rate.BitsPerSecond : 0, viewers);
    }

    private static BookedWeight Expected(Shard shard)
    {
        BookedWeight weight = default;
        weight.Expect(shard, ShardPlacement.WeightOf(0));
        return weight;
    }

    private void Measure()
    {
        _notedMicros = shard.NowMicros;
        _rate.Note(ring.AppendedBytes, _notedMicros);
    }
}
