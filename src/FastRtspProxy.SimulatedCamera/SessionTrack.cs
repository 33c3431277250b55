using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Srtp;
using FastRtspProxy.SimulatedCamera.Faults;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>One track of a session: where it goes, and its own RTP numbers.</summary>
internal sealed class SessionTrack
{
    private SrtpSender? _sender;
    private byte[] _sealed = [];

    /// <summary>The track's place in the stream, from 0.</summary>
    public required int Index { get; init; }

    public required uint Ssrc
    {
        get;
        set
        {
            field = value;
            _sender = null; // its numbers have not wrapped yet
        }
    }

    /// <summary>What it is encrypted with (SRTP); null: it is not.</summary>
    public SrtpPolicy? Keys
    {
        get;
        set
        {
            field = value;
            _sender = null;
        }
    }

    /// <summary>Encrypts its packets; null: nothing does.</summary>
    public SrtpSender? Sender => Keys is null ? null : _sender ??= new SrtpSender(Keys);

    /// <summary>What is added to the stream's ticks as long as the camera's clock does not jump.</summary>
    public required uint TicksOffset { get; init; }

    public ushort NextSequenceNumber { get; set; }

    /// <summary>Interleaved: the connection; null for UDP.</summary>
    public CameraConnection? Connection { get; set; }

    public byte RtpChannel { get; set; }

    public byte RtcpChannel { get; set; }

    public PeerAddress RtpPeer { get; set; }

    public PeerAddress RtcpPeer { get; set; }

    /// <summary>For the sender report.</summary>
    public uint Packets { get; set; }

    /// <inheritdoc cref="Packets"/>
    public uint PayloadOctets { get; set; }

    public long NextReportMicros { get; set; }

    /// <summary>Packets that were due so far; what <see cref="FaultSchedule.FateOf"/> counts by.</summary>
    public long Ordinal { get; set; }

    /// <summary>The newest unit that was due, from 0; what <see cref="FaultSchedule.StrayMicros"/> counts by.</summary>
    public long Unit { get; set; } = -1;

    /// <summary>The first packet since PLAY was due; until then late media holds the track back.</summary>
    public bool HasBegun { get; set; }

    /// <summary>A framed packet that waits for its successor to overtake it; null when none does.</summary>
    public byte[]? HeldBack { get; set; }

    /// <summary>A framed packet, encrypted where the track is; valid until the next one.</summary>
    public ReadOnlySpan<byte> Protected(ReadOnlySpan<byte> framed, bool isRtcp)
    {
        if (Sender is not { } sender)
        {
            return framed;
        }

        if (_sealed.Length < framed.Length + sender.BytesMore)
        {
            _sealed = new byte[framed.Length + sender.BytesMore];
        }

        framed.CopyTo(_sealed);
        Span<byte> packet = _sealed.AsSpan(InterleavedFrame.HeaderBytes);
        int bytes = framed.Length - InterleavedFrame.HeaderBytes;
        bytes = isRtcp ? sender.SealRtcp(packet, bytes) : sender.SealRtp(packet, bytes);
        InterleavedFrame.Write(_sealed, framed[1], bytes);
        return _sealed.AsSpan(0, InterleavedFrame.HeaderBytes + bytes);
    }
}
