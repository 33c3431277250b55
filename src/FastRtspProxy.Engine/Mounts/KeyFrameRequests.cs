using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Asks the camera for key frames when somebody would wait long for one: one a second at most, whoever asks. On the mount's shard, but for
/// <see cref="PostViewerAsks"/>.
/// </summary>
internal sealed class KeyFrameRequests
{
    /// <summary>An encoder that makes key frames more often than that has no bits left for the pictures between them.</summary>
    private const long DistanceMicros = 1_000_000;

    /// <summary>Groups of pictures longer than that are worth a request for whoever joins.</summary>
    private const long LongGroupMicros = 4_000_000;

    private readonly Shard _shard;
    private readonly PacketRing _ring;
    private readonly MountSettings _settings;
    private readonly ILogger _log;

    /// <summary>Runs while a wish waits for its second; null before the first such wish.</summary>
    private ShardTimer? _wishTimer;

    private long _askedMicros = long.MinValue / 2;

    /// <summary>Of the session that is asked: when it began, and what is said of it; without meaning while <see cref="IsDue"/> is false.</summary>
    private long _beganMicros;
    private string _sessionCause = string.Empty;

    /// <summary>When that session's first picture came, and its timestamp; below 0: none has.</summary>
    private long _pictureMicros;
    private uint _pictureTimestamp;

    /// <summary>When one was last wanted in vain, so soon after another request, and why.</summary>
    private long _wishedMicros;
    private string _wishCause = string.Empty;

    /// <summary>1 while a viewer's wish is on its way to the shard: those of all viewers are one.</summary>
    private int _isPosted;

    /// <param name="shard">The mount's.</param>
    /// <param name="ring">Knows how far its key frames are apart.</param>
    /// <param name="settings">The mount's.</param>
    /// <param name="log">The mount's.</param>
    public KeyFrameRequests(Shard shard, PacketRing ring, MountSettings settings, ILogger log)
    {
        _shard = shard;
        _ring = ring;
        _settings = settings;
        _log = log;
    }

    /// <summary>Asks the camera; false: it cannot be asked. Null before there is one.</summary>
    public Func<bool>? Ask { get; set; }

    /// <summary>
    /// A session has begun whose source is asked as soon as it can be, unless it begins with a key frame. Looked at with each packet.
    /// </summary>
    public bool IsDue { get; private set; }

    private long AgeMicros => _shard.NowMicros - _ring.Units.RandomAccessMicros;

    /// <summary>A viewer asks for one. Any thread.</summary>
    public void PostViewerAsks()
    {
        // A full fence; pairs with the exchange in OnViewerAsks. Who finds 1 relies on the run that clears it.
        if (Interlocked.Exchange(ref _isPosted, 1) == 0)
        {
            _shard.Post(OnViewerAsks);
        }
    }

    /// <summary>Somebody waits for a picture, or has begun without one.</summary>
    public void OnWaits()
    {
        if (_ring.RandomAccessIntervalMicros > LongGroupMicros || AgeMicros > LongGroupMicros)
        {
            Want("a viewer has come into a long group of pictures");
        }
    }

    /// <summary>Packets of the camera's are lost, and the pictures are damaged until the next key frame.</summary>
    public void OnLoss()
    {
        long intervalMicros = _ring.RandomAccessIntervalMicros;
        if (intervalMicros == 0 || intervalMicros - AgeMicros > DistanceMicros)
        {
            Want("packets were lost");
        }
    }

    /// <summary>
    /// A session begins. Cameras begin with a key frame; other servers begin wherever they are, and whoever waits for this session would wait for the
    /// rest of the group, or see nothing of it.
    /// </summary>
    /// <param name="isOther">Its source is another one than before, so nothing is known of its groups.</param>
    public void OnSession(bool isOther)
    {
        IsDue = isOther || _ring.RandomAccessIntervalMicros is 0 or > LongGroupMicros;
        _sessionCause = isOther ? "another source is in use" : "it begins in the middle of a group of pictures";
        _beganMicros = _shard.NowMicros;
        _pictureMicros = -1;
    }

    /// <summary>
    /// While <see cref="IsDue"/>: a packet of a picture has come, held back or not. What leads a key frame has its timestamp, so a picture is judged
    /// when it is whole.
    /// </summary>
    public void OnPicture(in RtpPacketView view)
    {
        if (_pictureMicros < 0)
        {
            _pictureMicros = _shard.NowMicros;
            _pictureTimestamp = view.Timestamp;
        }

        bool hasPoint = _ring.Units.RandomAccessMicros >= _beganMicros;
        bool isWhole = view.Marker || view.Timestamp != _pictureTimestamp;
        IsDue = !hasPoint && _shard.NowMicros - _pictureMicros < LongGroupMicros && !(isWhole && Try(_sessionCause));
    }

    private void OnViewerAsks()
    {
        // A full fence; pairs with the exchange in PostViewerAsks: the two are in one order, so a viewer that found 1 came before this run looks at
        // what was asked. A release store may become visible after the loads of Want (x64: store buffer; arm64: STLR, then LDR), and a viewer that
        // came after them would still find 1, and its wish be nobody's.
        Interlocked.Exchange(ref _isPosted, 0);
        Want("a viewer asks for it");
    }

    /// <summary>Asks now, or at the end of the second that another request has begun.</summary>
    private void Want(string cause)
    {
        long restMicros = _askedMicros + DistanceMicros - _shard.NowMicros;
        if (restMicros > 0)
        {
            _wishedMicros = _shard.NowMicros;
            _wishCause = cause;
            _wishTimer ??= _shard.CreateTimer(OnWishDue);
            _wishTimer.Start(TimeSpan.FromMicroseconds(restMicros));
        }
        else
        {
            _ = Try(cause);
        }
    }

    /// <summary>A key frame that came since is as good as the one that was asked for.</summary>
    private void OnWishDue()
    {
        if (_ring.Units.RandomAccessMicros < _wishedMicros)
        {
            _ = Try(_wishCause);
        }
    }

    private bool Try(string cause)
    {
        if (_shard.NowMicros - _askedMicros < DistanceMicros || Ask?.Invoke() != true)
        {
            return false;
        }

        _askedMicros = _shard.NowMicros;
        _ring.Units.NoteAsked(_askedMicros);
        MountLog.AsksForKeyFrame(_log, _settings.Name, cause);
        return true;
    }
}
