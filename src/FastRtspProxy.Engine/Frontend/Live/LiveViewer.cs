using System.Collections.Immutable;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A viewer of a mount outside RTSP: a page that shows the live picture. It joins as every viewer does; what it gets are the packets of one video
/// and one audio track, from a random access point on, by a queue to the thread pool. A reader that is slow loses whole groups of pictures, and
/// holds nothing up. It lives on one shard; <see cref="TryRead"/>, <see cref="WaitAsync"/> and <see cref="CloseAsync"/> are its reader's.
/// </summary>
internal sealed class LiveViewer : MountClient, IRingReader, IWatcher
{
    /// <summary>A shorter time says nothing of a rate.</summary>
    private const long RateMicrosMin = 1_000_000;

    /// <summary>A reader that has two groups before it, and is so far behind, goes on with the newest.</summary>
    private const long BehindMicrosMax = 1_000_000;

    private readonly FrontendShard _home;
    private readonly PacketRing _ring;
    private readonly LiveQueue _queue;
    private readonly int _video;
    private readonly int _audio;

    /// <summary>The next packet of the ring.</summary>
    private long _cursor;

    /// <summary>Video before it is left out; <see cref="long.MaxValue"/>: until a random access point comes.</summary>
    private long _videoFrom = long.MaxValue;

    /// <summary>Sound before it is left out: of the past only the pictures are wanted.</summary>
    private long _audioFrom;

    /// <summary>The reader lacks packets before the next one of video.</summary>
    private bool _hasGap;

    /// <summary>Set on the shard, once; read by anybody.</summary>
    private volatile int _end;

    /// <summary>Where it is told of batches; null: it does not read the ring.</summary>
    private FanOut? _fanOut;

    private long _sentBytes;
    private long _sentPackets;
    private long _droppedPackets;

    /// <summary>When the rate was measured last, what had been sent by then, and the rate.</summary>
    private long _rateMicros;
    private long _rateBytes;
    private long _bitsPerSecond;

    public LiveViewer(FrontendShard home, IMount mount, MountDescription description, LiveRequest request)
    {
        _home = home;
        _ring = mount.Ring;
        _queue = new LiveQueue(mount.Ring.Pool.BesideRings, home.Shard.NowMicros);
        Memory = new LiveMemory(mount.Ring.Pool.BesideRings);
        Mount = mount;
        Description = description;
        Request = request;
        Id = SessionId.New(home.Shard.Index);
        Place = new SessionPlace(request.Address, mount.Name, null);
        BeganAt = home.Shard.UtcNow;
        _rateMicros = home.Shard.NowMicros;
        _video = TrackOf(description, "video");
        _audio = TrackOf(description, "audio");
    }

    /// <inheritdoc/>
    public override Shard Shard => _home.Shard;

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public IMount Mount { get; }

    public MountDescription Description { get; }

    public LiveRequest Request { get; }

    /// <summary>For its reader, who lets go of it.</summary>
    public LiveMemory Memory { get; }

    /// <inheritdoc cref="SessionPlace"/>
    public SessionPlace Place { get; }

    public DateTimeOffset BeganAt { get; }

    /// <summary>Where each track was at the moment when it joined; empty before, and where that is not known.</summary>
    public ImmutableArray<TrackStart> Starts { get; private set; } = [];

    /// <summary>That moment, on the shards' clock.</summary>
    public long JoinedMicros { get; private set; }

    /// <summary>Why it gets nothing more; None while it does. Any thread.</summary>
    public SessionEnd EndCause => (SessionEnd)_end;

    /// <summary>The index of its video track; below 0: there is none. The same for sound.</summary>
    public int VideoTrack => _video;

    /// <inheritdoc cref="VideoTrack"/>
    public int AudioTrack => _audio;

    /// <summary>Packets that were left out because its reader was slow. On the shard.</summary>
    public long DroppedPackets => _droppedPackets;

    /// <inheritdoc/>
    public long Cursor => _cursor;

    private DeliveryCounters Counters => Mount.Counters.On(Shard.Index);

    /// <summary>Asks the mount to play. On the shard, once.</summary>
    public async Task<LiveRefusal> JoinAsync()
    {
        uint mask = (_video >= 0 ? 1u << _video : 0) | (_audio >= 0 ? 1u << _audio : 0);
        PlayGrant grant = await Mount.JoinAsync(this, new PlayWish(StartMode.Instant, mask, Resumes: false) { Shape = Description.Shape });
        grant.CatchUp?.Return(); // its queue has a bound of its own
        if (EndCause != SessionEnd.None || grant.Outcome != PlayOutcome.Playing)
        {
            if (EndCause != SessionEnd.None)
            {
                Mount.Leave(this);
            }

            return grant.Outcome == PlayOutcome.Full ? LiveRefusal.Full : LiveRefusal.Unavailable;
        }

        bool hasPast = grant.CatchUp?.Track == _video;
        _cursor = hasPast ? grant.JoinSequence : grant.CatchUp?.LiveSequence ?? grant.JoinSequence;
        _videoFrom = hasPast ? _cursor : long.MaxValue;
        _audioFrom = grant.CatchUp?.LiveSequence ?? 0;
        Starts = grant.Tracks;
        JoinedMicros = Shard.NowMicros;
        _fanOut = _home.FanOuts.For(_ring, Counters);
        _fanOut.Add(this);
        Counters.CountViewer(ViewerWay.Live, 1);
        _home.Events.TellOfViewer(EngineEventKind.ViewerJoined, Mount.Name, Request.Address, Id, ViewerWays.NameOf(ViewerWay.Live), null);
        return LiveRefusal.None;
    }

    /// <inheritdoc/>
    public bool OnPass(ref int bytesLeft)
    {
        // Before the head: a point that is seen is published.
        long point = _ring.NewestRandomAccess;
        using ReadScope scope = _ring.Read(Shard.Index, _cursor);
        if (scope.From > _cursor)
        {
            LeaveVideoOut(scope.From <= _ring.ClearedTo ? 0 : scope.From - _cursor); // a lost camera's packets are nobody's loss
        }

        // Whoever waits for a key picture does not go past what may lead it.
        bool waits = _videoFrom == long.MaxValue && _video >= 0;
        long end = waits ? LeadingPackets.Before(scope.Entries, scope.From, scope.Head, 1u << _video) : scope.Head;
        long at = scope.From;
        for (; at < end && bytesLeft > 0; at++)
        {
            ref readonly RingEntry entry = ref scope.Entries[at];
            if (entry.IsRtcp || (entry.Track != _video && entry.Track != _audio))
            {
                continue;
            }

            bytesLeft -= entry.PacketBytes;
            if (entry.Track == _video)
            {
                bool isPoint = at == point || (point < at && _videoFrom == long.MaxValue && (entry.Flags & EntryFlags.RandomAccess) != 0);
                TakeVideo(entry, at, isPoint);
            }
            else if (at >= _audioFrom)
            {
                TakeAudio(entry);
            }
        }

        _cursor = at;
        _queue.Publish();
        return at < end;
    }

    /// <inheritdoc/>
    public override void OnMountEnded(MountEnd cause) => End(SessionEnds.Of(cause));

    /// <inheritdoc/>
    public void Kick() => End(SessionEnd.Kicked);

    /// <inheritdoc/>
    public ViewerStatus Describe()
    {
        long elapsed = Shard.NowMicros - _rateMicros;
        if (elapsed >= RateMicrosMin)
        {
            _bitsPerSecond = (long)((_sentBytes - _rateBytes) * 8e6 / elapsed);
            _rateMicros = Shard.NowMicros;
            _rateBytes = _sentBytes;
        }

        return new ViewerStatus
        {
            Id = Id,
            Stream = Mount.Name,
            Address = Request.Address,
            Agent = Request.Agent is { } agent ? Printable.Line(agent) : null,
            User = Request.User,
            Way = ViewerWays.NameOf(ViewerWay.Live),
            IsPlaying = _fanOut is not null,
            Since = BeganAt,
            SentBytes = _sentBytes,
            SentPackets = _sentPackets,
            Bitrate = _bitsPerSecond,
            Lag = _fanOut is not null ? (_queue.UnreadGroups == 0 ? 0 : Math.Max(0, Shard.NowMicros - _queue.ReadMicros) / 1e6) : null,
            DroppedPackets = _droppedPackets,
        };
    }

    /// <summary>Ends it; only the first cause counts. On the shard.</summary>
    public void End(SessionEnd cause)
    {
        if (EndCause != SessionEnd.None)
        {
            return;
        }

        _end = (int)cause;
        if (_fanOut is { } fanOut)
        {
            _fanOut = null;
            fanOut.Remove(this);
            Counters.CountViewer(ViewerWay.Live, -1);
            _home.Events.TellOfViewer(
                EngineEventKind.ViewerLeft, Mount.Name, Request.Address, Id, ViewerWays.NameOf(ViewerWay.Live), SessionEnds.NameOf(cause));
        }

        if (cause is SessionEnd.ConnectionClosed or SessionEnd.Kicked or SessionEnd.Stopping)
        {
            Mount.Leave(this);
        }

        _queue.Complete();
        _home.Forget(this);
    }

    /// <summary>The next packet, valid until the next call.</summary>
    public bool TryRead(out LivePacket packet) => _queue.TryRead(out packet);

    /// <summary>Over when there may be something to read, or it has ended.</summary>
    public Task WaitAsync() => _queue.WaitAsync();

    /// <summary>The reader reads no more. Once.</summary>
    public async Task CloseAsync()
    {
        await Shard.RunAsync(() =>
        {
            End(SessionEnd.ConnectionClosed);
            return Task.CompletedTask;
        });
        _queue.Release();
    }

    private static int TrackOf(MountDescription description, string mediaType)
    {
        foreach (MountTrack track in description.Tracks)
        {
            if (track.IsDescribed && track.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
            {
                return track.Index;
            }
        }

        return -1;
    }

    private void TakeVideo(in RingEntry entry, long at, bool startsGroup)
    {
        if (startsGroup)
        {
            if (_videoFrom == long.MaxValue ? _hasGap : _queue.UnreadGroups >= 2 && Shard.NowMicros - _queue.ReadMicros > BehindMicrosMax)
            {
                Dropped(DropCause.SlowClient, _queue.Drop());
                _hasGap = true;
            }

            _videoFrom = Math.Min(_videoFrom, at);
        }

        if (at < _videoFrom)
        {
            Dropped(DropCause.NotKeyFrame, _hasGap ? 1 : 0);
        }
        else if (_queue.TryAppend(entry.Track, entry.ArrivalMicros, startsGroup, _hasGap, entry.PacketView))
        {
            _hasGap = false;
            Sent(entry);
        }
        else
        {
            LeaveVideoOut(1);
        }
    }

    private void TakeAudio(in RingEntry entry)
    {
        if (_queue.TryAppend(entry.Track, entry.ArrivalMicros, startsGroup: false, isAfterGap: false, entry.PacketView))
        {
            Sent(entry);
        }
        else
        {
            // Alone it has no groups: what waits is old.
            Dropped(DropCause.SlowClient, 1 + (_video < 0 ? _queue.Drop() : 0));
        }
    }

    private void LeaveVideoOut(long packets)
    {
        Dropped(DropCause.SlowClient, packets);
        _videoFrom = long.MaxValue;
        _hasGap = true;
    }

    private void Sent(in RingEntry entry)
    {
        _sentPackets++;
        _sentBytes += entry.PacketBytes;
        Counters.CountSent(ViewerWay.Live, entry.PacketBytes, 1);
    }

    private void Dropped(DropCause cause, long packets)
    {
        _droppedPackets += packets;
        Counters.CountDropped(cause, packets);
    }
}
