using System.Net.Sockets;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.SimulatedCamera.Media;
using FastRtspProxy.SimulatedCamera.Talk;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>An RTSP session: the tracks that were set up, and whether they play. Lives on its connection's shard.</summary>
internal sealed class CameraSession
{
    private readonly CameraShard _camera;
    private readonly SessionTrack?[] _tracks;
    private readonly ulong _seed;
    private long _startStreamMicros;

    /// <summary>Nothing is sent before this moment (<see cref="FaultSchedule.LateMedia"/>); set by PLAY.</summary>
    private long _mediaFromMicros;

    public CameraSession(CameraShard camera, StreamRunner runner, string id, ulong seed)
    {
        _camera = camera;
        Runner = runner;
        Id = id;
        _seed = seed;
        _tracks = new SessionTrack?[runner.Stream.Tracks.Count];
        AliveMicros = camera.Shard.NowMicros;
    }

    public string Id { get; }

    public StreamRunner Runner { get; }

    public bool IsPlaying { get; private set; }

    /// <summary>The last sign of life.</summary>
    public long AliveMicros { get; private set; }

    /// <summary>It was told a group; the media comes from the stream's group session.</summary>
    public bool IsMulticast { get; set; }

    /// <summary>Between PLAY and PAUSE of a multicast session.</summary>
    public bool IsGroupMember { get; set; }

    /// <summary>Its video is not sent any more (<see cref="TimedFaultKind.VideoSilentInSessions"/>).</summary>
    public bool IsVideoSilent { get; set; }

    /// <summary>The back channel that was set up last; null: none was.</summary>
    public SessionTrack? Back { get; private set; }

    /// <summary>What listens there; null: nothing does.</summary>
    public Ear? Ear { get; private set; }

    /// <summary>A sign of life: a request of this method, or a receiver report (null).</summary>
    public void Touch(string? method)
    {
        if (_camera.Options.Faults.KeepsAlive(method))
        {
            AliveMicros = _camera.Shard.NowMicros;
        }
    }

    /// <summary>Set up over this connection: it ends with it.</summary>
    public bool UsesConnection(CameraConnection connection) =>
        Back?.Connection == connection || _tracks.Any(track => track?.Connection == connection);

    public bool HasTrack(int index) => _tracks[index] is not null;

    public IEnumerable<SessionTrack> Tracks => _tracks.OfType<SessionTrack>();

    public SessionTrack? Track(int index) => _tracks[index];

    /// <summary>Makes or remakes a track; its numbers stay when it is set up again.</summary>
    public SessionTrack SetUp(int index) => _tracks[index] ??= new SessionTrack
    {
        Index = index,
        Ssrc = (uint)Hash64.Of(_seed, 3 * (ulong)index),
        TicksOffset = (uint)Hash64.Of(_seed, 3 * (ulong)index + 1),
        NextSequenceNumber = (ushort)Hash64.Of(_seed, 3 * (ulong)index + 2),
    };

    /// <summary>Sets a back channel up, by its place among the camera's.</summary>
    public SessionTrack SetUpBack(int index)
    {
        BackChannel codec = _camera.Options.BackChannels[index];
        Ear = new Ear(codec, second => _camera.Options.Heard?.Invoke(second));
        return Back = new SessionTrack { Index = _tracks.Length + index, Ssrc = 0, TicksOffset = 0 };
    }

    /// <summary>What is added to the stream's ticks in a track's timestamps.</summary>
    public uint TicksOffset(SessionTrack track) => track.TicksOffset + _camera.Clock.JumpedTicks(ClockRate(track.Index));

    /// <summary>Begins to play, or changes nothing when it plays already.</summary>
    public StartPoint Play()
    {
        if (IsPlaying)
        {
            Runner.Leave(this);
        }
        else
        {
            _camera.Counters.OnPlaying(1);
        }

        IsPlaying = true;
        StartPoint start = Runner.Join(this);
        _startStreamMicros = start.StreamMicros;
        foreach (SessionTrack track in Tracks)
        {
            track.NextReportMicros = 0;
            track.HasBegun = false;
        }

        _mediaFromMicros = _camera.Shard.NowMicros + (long)_camera.Options.Faults.LateMedia.TotalMicroseconds;

        return start;
    }

    public void Pause()
    {
        if (IsPlaying)
        {
            IsPlaying = false;
            Runner.Leave(this);
            _camera.Counters.OnPlaying(-1);
        }
    }

    /// <summary>RTCP BYE on every track.</summary>
    public void SayBye()
    {
        Span<byte> packet = stackalloc byte[256];
        foreach (SessionTrack track in Tracks)
        {
            int bytes = WriteReport(packet[InterleavedFrame.HeaderBytes..], track);
            bytes += RtcpWriter.WriteBye(packet[(InterleavedFrame.HeaderBytes + bytes)..], track.Ssrc);
            SendRtcp(track, packet[..(InterleavedFrame.HeaderBytes + bytes)]);
        }
    }

    /// <summary>Sends what is due of a unit, with this session's numbers.</summary>
    public void Send(int index, in UnitPart part)
    {
        if (_tracks[index] is not { } track || part.StreamMicros < _startStreamMicros || IsHeldBack(track, part))
        {
            return;
        }

        if (_camera.Shard.NowMicros >= track.NextReportMicros && !_camera.Options.Faults.NoRtcp)
        {
            track.NextReportMicros = _camera.Shard.NowMicros + (long)_camera.Options.SenderReportInterval.TotalMicroseconds;
            Span<byte> report = stackalloc byte[256];
            int reportBytes = WriteReport(report[InterleavedFrame.HeaderBytes..], track);
            SendRtcp(track, report[..(InterleavedFrame.HeaderBytes + reportBytes)]);
        }

        if ((IsVideoSilent || _camera.IsVideoSilent) && Runner.Stream.Tracks[index].MediaType == "video")
        {
            return;
        }

        (RtpBatch batch, int from, int to) = (part.Batch, part.From, part.To);
        if (from == 0 && part.BeginsGroup && _camera.Options.Faults.SsrcPerGroup && track.Packets > 0)
        {
            track.Ssrc = (uint)Hash64.Of(track.Ssrc, _seed);
        }

        if (from == 0)
        {
            track.Unit++;
        }

        long strayMicros = _camera.Options.Faults.StrayMicros(_seed, index, track.Unit);
        uint timestamp = part.Ticks + track.TicksOffset + _camera.Clock.OffTicks(strayMicros, ClockRate(index));
        long bytes = 0;
        for (int i = from; i < to; i++)
        {
            Span<byte> packet = batch.Packet(i);
            RtpPatch.SetSequenceNumber(packet, track.NextSequenceNumber++);
            RtpPatch.SetTimestamp(packet, timestamp);
            RtpPatch.SetSsrc(packet, track.Ssrc);
            batch.Frame(i)[1] = track.RtpChannel;
            bytes += packet.Length;
            track.PayloadOctets += (uint)(packet.Length - RtpPacketView.FixedHeaderBytes);
        }

        track.Packets += (uint)(to - from);
        if (_camera.Options.Faults.RtcpOnly && track.Connection is null)
        {
            return;
        }

        int dropped = _camera.Options.Faults.TouchesPackets ? SendFaulty(track, batch, from, to) : SendClean(track, batch, from, to);
        _camera.Counters.OnSent(to - from - dropped, bytes, dropped);
    }

    private bool IsHeldBack(SessionTrack track, in UnitPart part)
    {
        if (!track.HasBegun)
        {
            bool canBegin = part.From == 0 && (part.BeginsGroup || !Runner.Stream.Tracks[track.Index].HasRandomAccessPoints);
            track.HasBegun = _camera.Options.Faults.LateMedia == TimeSpan.Zero || (canBegin && _camera.Shard.NowMicros >= _mediaFromMicros);
        }

        return !track.HasBegun;
    }

    private int ClockRate(int index) => Runner.Stream.Tracks[index].ClockRate;

    private int SendClean(SessionTrack track, RtpBatch batch, int from, int to)
    {
        if (track.Keys is not null)
        {
            return SendEach(track, batch, from, to);
        }

        if (track.Connection is not null)
        {
            return from == 0 && to == batch.Count
                ? track.Connection.SendMedia(batch.Framed) ? 0 : to - from
                : SendEach(track, batch, from, to);
        }

        return _camera.RtpSocket.SendBatch(batch, from, to, track.RtpPeer);
    }

    private int SendEach(SessionTrack track, RtpBatch batch, int from, int to)
    {
        int dropped = 0;
        for (int i = from; i < to; i++)
        {
            dropped += SendFrame(track, batch.Frame(i)) ? 0 : 1;
        }

        return dropped;
    }

    private int SendFaulty(SessionTrack track, RtpBatch batch, int from, int to)
    {
        int dropped = 0;
        for (int i = from; i < to; i++)
        {
            Span<byte> frame = batch.Frame(i);
            PacketFate fate = _camera.Options.Faults.FateOf(_seed, track.Index, track.Ordinal++);
            if ((fate & PacketFate.Lost) != 0)
            {
                continue;
            }

            if ((fate & (PacketFate.Corrupted | PacketFate.Truncated)) != 0)
            {
                frame = Damage(frame, fate);
            }

            if ((fate & PacketFate.Reordered) != 0 && track.HeldBack is null)
            {
                track.HeldBack = frame.ToArray();
                continue;
            }

            dropped += SendFrame(track, frame) ? 0 : 1;
            if ((fate & PacketFate.Duplicated) != 0)
            {
                SendFrame(track, frame);
            }

            if (track.HeldBack is { } held)
            {
                track.HeldBack = null;
                dropped += SendFrame(track, held) ? 0 : 1;
            }
        }

        return dropped;
    }

    // A copy, because the batch is every session's. The last payload byte changes, or the last quarter of the payload is gone.
    private static Span<byte> Damage(ReadOnlySpan<byte> frame, PacketFate fate)
    {
        byte[] copy = frame.ToArray();
        if ((fate & PacketFate.Corrupted) != 0)
        {
            copy[^1] ^= 0x55;
        }

        if ((fate & PacketFate.Truncated) == 0)
        {
            return copy;
        }

        int payload = copy.Length - InterleavedFrame.HeaderBytes - RtpPacketView.FixedHeaderBytes;
        int packetBytes = RtpPacketView.FixedHeaderBytes + payload - Math.Max(1, payload / 4);
        InterleavedFrame.Write(copy, copy[1], packetBytes);
        return copy.AsSpan(0, InterleavedFrame.HeaderBytes + packetBytes);
    }

    private bool SendFrame(SessionTrack track, ReadOnlySpan<byte> frame)
    {
        frame = track.Protected(frame, isRtcp: false);
        return track.Connection is not null
            ? track.Connection.SendMedia(frame)
            : _camera.RtpSocket.Send(frame[InterleavedFrame.HeaderBytes..], track.RtpPeer) == SocketError.Success;
    }

    private int WriteReport(Span<byte> output, SessionTrack track)
    {
        ulong ntp = NtpTime.FromUnix(_camera.Clock.ReportTime(_camera.WallTime, Runner.MicrosNow));
        uint rtpTime = (uint)Runner.TicksNow(track.Index) + TicksOffset(track);
        int bytes = RtcpWriter.WriteSenderReport(output, track.Ssrc, ntp, rtpTime, track.Packets, track.PayloadOctets);
        return bytes + RtcpWriter.WriteSdesCname(output[bytes..], track.Ssrc, _camera.CanonicalName);
    }

    /// <summary>The packet stands behind four bytes of room for the interleaved header.</summary>
    private void SendRtcp(SessionTrack track, Span<byte> framed)
    {
        InterleavedFrame.Write(framed, track.RtcpChannel, framed.Length - InterleavedFrame.HeaderBytes);
        ReadOnlySpan<byte> frame = track.Protected(framed, isRtcp: true);
        if (track.Connection is not null)
        {
            track.Connection.SendMedia(frame);
        }
        else
        {
            _camera.RtcpSocket.Send(frame[InterleavedFrame.HeaderBytes..], track.RtcpPeer);
        }
    }
}
