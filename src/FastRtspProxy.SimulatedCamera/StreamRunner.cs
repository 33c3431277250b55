using FastRtspProxy.Net;
using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.SimulatedCamera.Media;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>
/// The "encoder" of one stream on one shard. It runs while anybody plays: each unit is made and cut into packets once, when it is due, and given to
/// every playing session. A unit's due time is computed from its number, never from the one before, so that nothing drifts.
/// </summary>
internal sealed class StreamRunner : IEndOfTurn
{
    /// <summary>The share of a unit's time over which paced packets are spread; the rest keeps units apart.</summary>
    private const double PacedShare = 0.9;

    private readonly Shard _shard;
    private readonly SimulatedCameraOptions _options;
    private readonly Lane[] _lanes;
    private readonly List<CameraSession?> _players = [];
    private readonly ShardTimer _timer;
    private readonly ulong _faultSeed;

    private long _epochMicros;
    private long _nextStreamMicros;
    private long _wakeMicros = long.MaxValue;
    private int _playing;
    private bool _sending;

    public StreamRunner(Shard shard, SimulatedCameraOptions options, int index)
    {
        _shard = shard;
        _options = options;
        Stream = options.Streams[index];
        Index = index;
        _faultSeed = Hash64.Of(options.Seed, (ulong)index);
        _lanes = [.. Stream.Tracks.Select(track => new Lane(track))];
        _timer = shard.CreateTimer(OnTimer);
    }

    public SimulatedCameraStreamOptions Stream { get; }

    /// <summary>Counts from 0 in the camera.</summary>
    public int Index { get; }

    /// <summary>Units pass by unsent.</summary>
    public bool IsStalled { get; set; }

    /// <summary>
    /// Adds a session and says where its media begins. An idle stream begins at a random access point now; a running one lets the joiner wait for the
    /// next.
    /// </summary>
    public StartPoint Join(CameraSession session)
    {
        StartPoint start = Peek(session);
        if (_playing == 0)
        {
            Restart(start);
        }

        _players.Add(session);
        _playing++;
        Arm();
        return start;
    }

    public void Leave(CameraSession session)
    {
        int at = _players.IndexOf(session);
        if (at < 0)
        {
            return;
        }

        if (_sending)
        {
            // A send found the connection broken: the place is closed up after the round.
            _players[at] = null;
        }
        else
        {
            _players.RemoveAt(at);
        }

        if (--_playing == 0)
        {
            _timer.Stop();
        }
    }

    /// <summary>Begins anew, as after a reboot: unit numbers and stream time count from 0 again.</summary>
    public void Reset()
    {
        _nextStreamMicros = 0;
        foreach (Lane lane in _lanes)
        {
            lane.NextUnit = 0;
            lane.Batch.Clear();
            lane.Sent = 0;
        }

        IsStalled = false;
    }

    /// <summary>The stream's time at this moment.</summary>
    public long MicrosNow => _shard.NowMicros - _epochMicros;

    /// <summary>RTP ticks of a track at this moment, from unit 0; for sender reports.</summary>
    public long TicksNow(int track) => (long)((Int128)MicrosNow * Stream.Tracks[track].ClockRate / 1_000_000);

    private static long MicrosOf(MediaTrack track, long unit) => (long)((Int128)track.UnitTicks(unit) * 1_000_000 / track.ClockRate);

    private static long FirstUnitAtMicros(MediaTrack track, long micros)
    {
        long unit = track.FirstUnitAt((long)((Int128)micros * track.ClockRate / 1_000_000));
        while (MicrosOf(track, unit) < micros)
        {
            unit++;
        }

        return unit;
    }

    /// <summary>Where a session that joined now would begin.</summary>
    public StartPoint Peek(CameraSession session)
    {
        long from = _playing == 0 ? _nextStreamMicros : _shard.NowMicros - _epochMicros;
        if (_playing == 0 || _options.StartsAtKeyFrame)
        {
            for (int i = 0; i < _lanes.Length; i++)
            {
                MediaTrack track = _lanes[i].Track;
                if (track.HasRandomAccessPoints && session.HasTrack(i))
                {
                    long unit = Math.Max(FirstUnitAtMicros(track, from), _playing == 0 ? 0 : _lanes[i].NextUnit);
                    while (!track.IsRandomAccess(unit))
                    {
                        unit++;
                    }

                    from = MicrosOf(track, unit);
                    break;
                }
            }
        }

        long[] units = new long[_lanes.Length];
        for (int i = 0; i < units.Length; i++)
        {
            units[i] = FirstUnitAtMicros(_lanes[i].Track, from);
            if (_playing > 0)
            {
                units[i] = Math.Max(units[i], _lanes[i].NextUnit);
            }
        }

        return new StartPoint(from, units);
    }

    private void Restart(in StartPoint start)
    {
        _epochMicros = _shard.NowMicros - start.StreamMicros;
        for (int i = 0; i < _lanes.Length; i++)
        {
            _lanes[i].NextUnit = start.FirstUnits[i];
            _lanes[i].Batch.Clear();
            _lanes[i].Sent = 0;
            Schedule(i);
        }
    }

    /// <summary>The fine timer of paced streams.</summary>
    public void OnEndOfTurn()
    {
        _wakeMicros = long.MaxValue;
        OnTimer();
    }

    private void OnTimer()
    {
        while (_playing > 0)
        {
            int due = Earliest();
            if (_lanes[due].DueMicros > _shard.NowMicros)
            {
                break;
            }

            Step(due);
        }

        Arm();
    }

    /// <summary>Makes the lane's next unit, or sends its next paced packet.</summary>
    private void Step(int index)
    {
        Lane lane = _lanes[index];
        if (lane.Sent == lane.Batch.Count)
        {
            lane.Batch.Clear();
            lane.Sent = 0;
            long nowUnixMicros = (_shard.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            lane.Unit = lane.NextUnit++;
            lane.UnitMicros = MicrosOf(lane.Track, lane.Unit);
            _nextStreamMicros = Math.Max(_nextStreamMicros, lane.UnitMicros + 1);
            lane.Track.Append(lane.Batch, lane.Unit, new UnitStamp(nowUnixMicros, _options.EmbedSei, _options.Personality.AggregatesParameterSets));
        }

        int to = _options.Paced ? lane.Sent + 1 : lane.Batch.Count;
        if (!IsStalled)
        {
            _sending = true;
            uint ticks = (uint)lane.Track.UnitTicks(lane.Unit);
            bool beginsGroup = lane.Track.HasRandomAccessPoints && lane.Track.IsRandomAccess(lane.Unit);
            UnitPart part = new(lane.Batch, lane.Sent, to, lane.UnitMicros, ticks, beginsGroup);
            for (int i = 0; i < _players.Count; i++)
            {
                _players[i]?.Send(index, part);
            }

            _sending = false;
            if (_players.Count > _playing)
            {
                _players.RemoveAll(static player => player is null);
            }
        }

        lane.Sent = to;
        Schedule(index);
    }

    private void Schedule(int index)
    {
        Lane lane = _lanes[index];
        if (lane.Sent < lane.Batch.Count)
        {
            long span = (long)((MicrosOf(lane.Track, lane.NextUnit) - lane.UnitMicros) * PacedShare);
            lane.DueMicros = _epochMicros + lane.UnitMicros + lane.Late + span * lane.Sent / lane.Batch.Count;
            return;
        }

        lane.Late = _options.Faults.JitterMicros(_faultSeed, index, lane.NextUnit);
        lane.DueMicros = Math.Max(lane.DueMicros, _epochMicros + MicrosOf(lane.Track, lane.NextUnit) + lane.Late);
        if (lane.Batch.Count == 0)
        {
            lane.DueMicros = _epochMicros + MicrosOf(lane.Track, lane.NextUnit) + lane.Late;
        }
    }

    private int Earliest()
    {
        int best = 0;
        for (int i = 1; i < _lanes.Length; i++)
        {
            if (_lanes[i].DueMicros < _lanes[best].DueMicros)
            {
                best = i;
            }
        }

        return best;
    }

    private void Arm()
    {
        if (_playing > 0)
        {
            long due = _lanes[Earliest()].DueMicros;
            if (!_options.Paced)
            {
                // The coarse tick: streams that are due within 10 ms of each other are one wake-up.
                _timer.StartMicros(due - _shard.NowMicros);
            }
            else if (_wakeMicros > due || _wakeMicros <= _shard.NowMicros)
            {
                _wakeMicros = due;
                _shard.EndOfTurnAt(this, due);
            }
        }
    }

    /// <summary>One track's place in the stream.</summary>
    private sealed class Lane(MediaTrack track)
    {
        public MediaTrack Track { get; } = track;

        /// <summary>The newest unit's packets; paced sending goes through them one by one.</summary>
        public RtpBatch Batch { get; } = new();

        public int Sent { get; set; }

        public long Unit { get; set; }

        public long UnitMicros { get; set; }

        public long NextUnit { get; set; }

        public long DueMicros { get; set; }

        /// <summary>Jitter of the unit that is due next, in microseconds.</summary>
        public long Late { get; set; }
    }
}
