using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Who talks to a mount's camera. Packets come from the shards of the talkers by a queue each; here, on the mount's shard, the first of a talker
/// takes the place, and what others send is dropped. The place outlives the camera's sessions: who talks while the camera is lost goes on when it is
/// back.
/// A talker that sends by another of the camera's back channels than the one that is set up has the session made anew with that one.
/// </summary>
internal sealed class TalkDesk : ITalkDesk
{
    /// <summary>The place of who has been silent for so long is free. Players that detect silence still send something once a second.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The camera's session is made anew for a talker at most so often, because it costs the viewers a moment; each time is twice as far off.
    /// </summary>
    private static readonly TimeSpan s_renewalDistanceMin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_renewalDistanceMax = TimeSpan.FromMinutes(10);

    /// <summary>So many talks in a row are said: whoever talks chooses how often he begins, and says himself that he has ended.</summary>
    private const int SaidInARow = 10;

    /// <summary>Of more one in so long is.</summary>
    private const long SaidMicros = 10_000_000;

    private readonly Shard _shard;
    private readonly MountSettings _settings;
    private readonly CameraLoop _camera;
    private readonly Func<bool> _restart;
    private readonly ILogger _log;

    /// <summary>By shard; null: nobody has talked there. Each is made by its own shard.</summary>
    private readonly TalkQueue?[] _queues;

    /// <summary>Runs while somebody has the place.</summary>
    private readonly ShardTimer _timer;

    private bool _isOpen;

    /// <summary>Who has the place; null: it is free. The times are without meaning then.</summary>
    private Talker? _talker;
    private DateTimeOffset _since;
    private long _newestMicros;
    private long _sentOfTalker;

    /// <summary>His beginning was said, so his end is, too; without meaning while the place is free.</summary>
    private bool _isSaid;

    /// <summary>Later by <see cref="SaidMicros"/> with each talk that is said, and never later than now.</summary>
    private long _saidMicros = long.MinValue / 2;

    /// <summary>Talks since the last one that was said.</summary>
    private long _unsaid;

    /// <summary>
    /// Somebody has set a back channel up. From then on only who talks by another one changes the choice. Never false again.
    /// </summary>
    private bool _isPreferred;

    /// <summary>No session was made anew for a talker before then.</summary>
    private long _renewsFromMicros;
    private TimeSpan _renewalDistance = s_renewalDistanceMin;

    /// <summary>Of all talkers. The mount's shard writes them, any thread reads them.</summary>
    private long _sent;
    private long _dropped;

    /// <param name="shard">The mount's.</param>
    /// <param name="shards">How many there are that talkers may be on.</param>
    /// <param name="settings">The mount's.</param>
    /// <param name="camera">Whose session talks.</param>
    /// <param name="restart">Makes that anew.</param>
    /// <param name="log">The mount's.</param>
    public TalkDesk(Shard shard, int shards, MountSettings settings, CameraLoop camera, Func<bool> restart, ILogger log)
    {
        _shard = shard;
        _settings = settings;
        _camera = camera;
        _restart = restart;
        _log = log;
        _queues = new TalkQueue?[shards];
        _timer = shard.CreateTimer(OnTimer);
    }

    /// <summary>
    /// The stream has a back channel, as its options say. One desk serves the mount for life, so that a talker whose session outlives a change
    /// keeps it. The mount's shard writes it, any thread reads it.
    /// </summary>
    public bool IsOpen
    {
        get => Volatile.Read(ref _isOpen);
        set => Volatile.Write(ref _isOpen, value);
    }

    /// <summary>Packets that went to the camera. Any thread.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Packets that did not: of a second talker, too many, of no use, or while the camera was not there. Any thread.</summary>
    public long Dropped
    {
        get
        {
            long dropped = Volatile.Read(ref _dropped);
            foreach (TalkQueue? queue in _queues)
            {
                dropped += queue?.Dropped ?? 0;
            }

            return dropped;
        }
    }

    /// <summary>Who talks, for those who ask from outside. On the mount's shard.</summary>
    /// <param name="isOffered">The camera has described a back channel.</param>
    public BackChannelStatus Describe(bool isOffered) => new()
    {
        IsOffered = isOffered,
        Talker = _talker?.ViewerId,
        Address = _talker?.Address,
        User = _talker?.User,
        Since = _talker is null ? null : _since,
        SentPackets = Sent,
        DroppedPackets = Dropped,
    };

    /// <inheritdoc/>
    public void Prefer(int section) => _shard.Run(() =>
    {
        if (!_isPreferred && _settings.Backend.BackChannel is { } record)
        {
            _isPreferred = true;
            record.Wanted = section;
        }
    });

    /// <inheritdoc/>
    public void Send(Talker talker, ReadOnlySpan<byte> packet) => QueueOf(talker).Add(talker, packet);

    /// <inheritdoc/>
    public void CountDropped(Talker talker) => QueueOf(talker).CountDropped();

    /// <inheritdoc/>
    public void Leave(Talker talker) => _shard.Post(() => // behind its packets
    {
        if (_talker == talker)
        {
            Free();
        }
    });

    /// <summary>A packet has come over. On the mount's shard.</summary>
    public void Take(Talker talker, ReadOnlySpan<byte> packet)
    {
        bool isFirst = _talker != talker;
        if (isFirst)
        {
            if (_talker is not null && !IsSilent)
            {
                Volatile.Write(ref _dropped, _dropped + 1);
                return;
            }

            Free();
            Begin(talker);
        }

        _newestMicros = _shard.NowMicros;
        TalkOutcome outcome = _camera.Session?.Talk(talker.Section, packet, isFirst || _sentOfTalker == 0) ?? TalkOutcome.NotThere;
        if (outcome == TalkOutcome.Sent)
        {
            _sentOfTalker++;
            Volatile.Write(ref _sent, _sent + 1);
            return;
        }

        Volatile.Write(ref _dropped, _dropped + 1);
        if (outcome == TalkOutcome.OtherSection && _shard.NowMicros >= _renewsFromMicros && _settings.Backend.BackChannel is { } record)
        {
            _renewsFromMicros = _shard.NowMicros + (long)_renewalDistance.TotalMicroseconds;
            _renewalDistance = TimeSpan.FromTicks(Math.Min(2 * _renewalDistance.Ticks, s_renewalDistanceMax.Ticks));
            (_isPreferred, record.Wanted) = (true, talker.Section);
            MountLog.TalksOtherwise(_log, _settings.Name, talker.Address);
            _ = _restart();
        }
    }

    /// <summary>The mount has stopped.</summary>
    public void Stop() => _timer.Stop();

    private bool IsSilent => _shard.NowMicros - _newestMicros >= (long)Silence.TotalMicroseconds;

    private TalkQueue QueueOf(Talker talker) => _queues[talker.Shard.Index] ??= new TalkQueue(this, _shard);

    private void Begin(Talker talker)
    {
        _talker = talker;
        _since = _shard.UtcNow;
        _sentOfTalker = 0;
        _timer.Start(Silence);
        long said = Math.Max(_saidMicros, _shard.NowMicros - (SaidInARow * SaidMicros)) + SaidMicros;
        _isSaid = said <= _shard.NowMicros;
        if (_isSaid)
        {
            string more = _unsaid > 0 ? $" ({_unsaid} talks were not said since the last such line)" : "";
            (_saidMicros, _unsaid) = (said, 0);
            MountLog.Talks(_log, _settings.Name, talker.Address, talker.User is { } user ? $" as \"{user}\"" : "", more);
        }
        else
        {
            _unsaid++;
        }
    }

    private void Free()
    {
        if (_talker is { } talker)
        {
            _timer.Stop();
            _talker = null;
            if (_isSaid)
            {
                MountLog.TalkEnded(_log, _settings.Name, talker.Address, _sentOfTalker, Dropped);
            }
        }
    }

    private void OnTimer()
    {
        if (IsSilent)
        {
            Free();
        }
        else
        {
            _timer.Start(Silence - TimeSpan.FromMicroseconds(_shard.NowMicros - _newestMicros));
        }
    }
}
