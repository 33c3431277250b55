using System.Buffers.Binary;
using System.Security.Cryptography;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Our reports to the camera, which keep the session alive with many a camera (RFC 3550 section 6.4.2), and with each of them a look at what was
/// lost.
/// </summary>
internal sealed class ReceiverReports
{
    /// <summary>
    /// An RR with one block, an SDES with our name and a wish for a picture, in their frame: 4 + 32 + 4 + 4 + 2 + 16 + 20 octets and their padding;
    /// and where they are encrypted, 4 + 128 + 16 more.
    /// </summary>
    private const int FrameBytesMax = 320;

    private readonly BackendContext _context;
    private readonly BackendLife _life;
    private readonly ReceiveTracks _tracks;
    private readonly TrackSupervision _supervision;
    private readonly CameraDialogue _dialogue;

    /// <summary>Runs from the first PLAY until the session ends.</summary>
    private readonly ShardTimer _timer;

    /// <summary>The SSRC of our reports for the first track; each further track has the next number.</summary>
    private readonly uint _ownSsrc = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));

    /// <summary>Of the newest FIR.</summary>
    private byte _fullIntraNumber;

    public ReceiverReports(BackendContext context, BackendLife life, ReceiveTracks tracks, TrackSupervision supervision, CameraDialogue dialogue)
    {
        _context = context;
        _life = life;
        _tracks = tracks;
        _supervision = supervision;
        _dialogue = dialogue;
        _timer = context.Shard.CreateTimer(OnDue);
    }

    /// <summary>Our canonical name towards cameras: the same for all tracks of this process, and it names nobody (RFC 3550 section 6.5.1).</summary>
    public static string CanonicalName { get; } = "frp-" + Convert.ToHexString(RandomNumberGenerator.GetBytes(6));

    /// <summary>The SSRC of our reports for a track.</summary>
    /// <param name="index">Its place among the receive tracks.</param>
    public uint SsrcOf(int index) => _ownSsrc + (uint)index;

    /// <summary>PLAY was answered: reports go out from now on.</summary>
    public void Start()
    {
        Send();
        Schedule();
    }

    /// <summary>The session has ended.</summary>
    public void Stop() => _timer.Stop();

    /// <summary>
    /// Our own reports, which a group on loopback, a bridge that loops, or a camera that echoes brings back: they are nobody's sign of life.
    /// </summary>
    public bool AreOurs(ReadOnlySpan<byte> compound) =>
        compound.Length >= 8 && BinaryPrimitives.ReadUInt32BigEndian(compound[4..]) - _ownSsrc < (uint)_tracks.Count;

    /// <summary>
    /// Asks each source of pictures for one that stands alone, in the way that it offers, with a report before it: RFC 3550 section 6.1 wants one in
    /// each compound. False: none can be asked.
    /// </summary>
    public bool TryAskForKeyFrame()
    {
        bool any = false;
        Span<byte> frame = stackalloc byte[FrameBytesMax];
        Span<byte> compound = frame[InterleavedFrame.HeaderBytes..];
        foreach (BackendTrack track in _tracks)
        {
            if (!KeyFrameAsking.IsPossible(_context.Options, track.Media) || !track.Sources.HasSource || !_supervision.IsThere(track))
            {
                continue;
            }

            uint own = SsrcOf(track.Index);
            int length = track.WriteReceiverReport(compound, own, CanonicalName, _context.NowMicros);
            length += track.Media.KeyFrames == KeyFrameFeedback.FullIntra
                ? RtcpWriter.WriteFullIntra(compound[length..], own, track.Sources.Ssrc, ++_fullIntraNumber)
                : RtcpWriter.WritePictureLoss(compound[length..], own, track.Sources.Ssrc);
            SendTo(track, frame, length);
            any = true;
        }

        return any;
    }

    private void OnDue()
    {
        Send();
        foreach (BackendTrack track in _tracks)
        {
            track.Losses.Say(_context.Log, _context.StreamName, track, _context.NowMicros);
        }

        Schedule();
    }

    /// <summary>RFC 3550 section 6.3.1: randomised, here between 0.6 and 1 of the longest distance.</summary>
    private void Schedule()
    {
        if (!_life.HasEnded)
        {
            _timer.Start(_context.Timings.ReceiverReport * (0.6 + (0.4 * Random.Shared.NextDouble())));
        }
    }

    private void Send()
    {
        if (_life.HasEnded || _life.State is not (BackendState.Playing or BackendState.Pausing or BackendState.Paused))
        {
            return;
        }

        Span<byte> frame = stackalloc byte[FrameBytesMax];
        Span<byte> report = frame[InterleavedFrame.HeaderBytes..];
        foreach (BackendTrack track in _tracks)
        {
            if (!_supervision.IsThere(track))
            {
                continue;
            }

            SendTo(track, frame, track.WriteReceiverReport(report, SsrcOf(track.Index), CanonicalName, _context.NowMicros));
        }
    }

    /// <summary>A compound of that length, behind the room for an interleaved header.</summary>
    private void SendTo(BackendTrack track, Span<byte> frame, int length)
    {
        if (track.Protection is { } protection && (length = protection.SealRtcp(frame[InterleavedFrame.HeaderBytes..], length)) == 0)
        {
            return;
        }

        if (track.RtcpSocket is { } socket)
        {
            _ = socket.TrySend(frame.Slice(InterleavedFrame.HeaderBytes, length));
        }
        else if (track.Channels is { } channels)
        {
            InterleavedFrame.Write(frame, channels.Rtcp, length);
            _dialogue.SendFrame(frame[..(InterleavedFrame.HeaderBytes + length)]);
        }
    }
}
