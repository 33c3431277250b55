using System.Security.Cryptography;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What a talker is told of what it sends (RFC 3550 section 6.4.2): a receiver report about every five seconds while it talks, and BYE when it may
/// not talk any more. Made by its first packet. On the session's shard.
/// </summary>
internal sealed class TalkReports
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private readonly Session _session;
    private readonly int _track;
    private readonly int _clockRate;
    private readonly ShardTimer _timer;

    /// <summary>Who reports; of no packet, so it is nobody's source.</summary>
    private readonly uint _ownSsrc = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));

    /// <summary>Of the source that talks.</summary>
    private RtpReceptionStats _stats = new();
    private uint _ssrc;

    /// <summary>Packets of it since the newest report.</summary>
    private int _fresh;

    /// <summary>The source's newest sender report, and when it came; 0: none has.</summary>
    private ulong _reportNtp;
    private long _reportMicros;

    /// <param name="session">Whose.</param>
    /// <param name="track">Its back channel, by its place among the mount's tracks.</param>
    /// <param name="clockRate">RTP ticks a second; above 0.</param>
    /// <param name="ssrc">The source that talks.</param>
    public TalkReports(Session session, int track, int clockRate, uint ssrc)
    {
        _session = session;
        _track = track;
        _clockRate = clockRate;
        _ssrc = ssrc;
        _timer = session.Shard.CreateTimer(OnDue);
    }

    /// <summary>One packet of the talker, valid RTP.</summary>
    public void OnRtp(in RtpPacketView packet)
    {
        if (packet.Ssrc != _ssrc)
        {
            // As often as a talker may send at the most.
            _stats = new RtpReceptionStats();
            (_ssrc, _reportNtp, _fresh) = (packet.Ssrc, 0, 0);
        }

        _stats.Update(packet.SequenceNumber, packet.Timestamp, (uint)(_session.Shard.NowMicros * _clockRate / 1_000_000));
        _fresh++;
        if (!_timer.IsRunning)
        {
            Schedule();
        }
    }

    /// <summary>One packet of what the talker reports. True: it says that it has ended.</summary>
    public bool OnRtcp(in RtcpPacketView packet)
    {
        if (packet.Type == RtcpPacketType.SenderReport && packet.Ssrc == _ssrc)
        {
            (_reportNtp, _reportMicros) = (packet.Ntp, _session.Shard.NowMicros);
        }

        return packet.Leaves(_ssrc);
    }

    /// <summary>No more reports.</summary>
    public void Stop() => _timer.Stop();

    /// <summary>The last one: BYE, with the reason in words.</summary>
    public void SayBye(string reason)
    {
        Stop();
        Span<byte> compound = stackalloc byte[SessionRtcp.ByeBytesMax];
        Send(compound[..SessionRtcp.WriteBye(compound, _ownSsrc, reason)]);
    }

    /// <summary>RFC 3550 section 6.3.1: randomised, as our reports to cameras are.</summary>
    private void Schedule() => _timer.Start(s_interval * (0.6 + (0.4 * Random.Shared.NextDouble())));

    private void OnDue()
    {
        if (_fresh == 0)
        {
            return; // nobody talks; the next packet starts it anew
        }

        _fresh = 0;
        RtcpReportBlock block = new(
            _ssrc,
            _stats.FractionLostAndReset(),
            (int)Math.Clamp(_stats.Lost, -0x80_0000, 0x7F_FFFF),
            _stats.ExtendedHighest,
            _stats.Jitter,
            NtpTime.Middle(_reportNtp),
            _reportNtp == 0 ? 0 : NtpTime.Delay(TimeSpan.FromMicroseconds(_session.Shard.NowMicros - _reportMicros)));
        Span<byte> compound = stackalloc byte[SessionRtcp.ByeBytesMax];
        Send(compound[..SessionRtcp.WriteReport(compound, _ownSsrc, block)]);
        Schedule();
    }

    private void Send(ReadOnlySpan<byte> compound)
    {
        if (_session.TrackAt(_track) is { } track && _session.Shard.NowMicros >= track.RtcpClosedUntilMicros)
        {
            SessionRtcp.Send(track, compound);
        }
    }
}
