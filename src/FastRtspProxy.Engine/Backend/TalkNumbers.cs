using System.Security.Cryptography;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// The numbers of the RTP that we send to a camera: one SSRC for whoever talks, sequence numbers without a jump, timestamps that go on by the clock
/// from one talker to the next. Within a talk the talker's own steps stay, lost packets and pauses included. Pure: time comes with each packet.
/// </summary>
/// <param name="clockRate">RTP ticks a second; above 0.</param>
internal sealed class TalkNumbers(int clockRate)
{
    /// <summary>
    /// A step of the talker's sequence numbers beyond this is no loss but another source (RFC 3550 appendix A.1 has 3000 for any media).
    /// </summary>
    private const int StepMax = 1000;

    private ushort _sequenceOffset;
    private uint _timestampOffset;

    /// <summary>The talker's own SSRC and newest number.</summary>
    private uint _theirSsrc;
    private ushort _theirNewest;

    /// <summary>Of the newest packet that went out: its numbers, and when; 0: none has.</summary>
    private ushort _newest = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue);
    private uint _timestamp = (uint)RandomNumberGenerator.GetInt32(int.MaxValue);
    private long _sentMicros;

    /// <summary>Ours.</summary>
    public uint Ssrc { get; } = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);

    /// <summary>Packets and octets of payload since the beginning, as a sender report has them; they wrap.</summary>
    public uint Packets { get; private set; }

    /// <inheritdoc cref="Packets"/>
    public uint Octets { get; private set; }

    /// <summary>Writes our numbers into a packet.</summary>
    /// <param name="packet">Valid RTP, as the talker sent it.</param>
    /// <param name="payloadBytes">Of its payload.</param>
    /// <param name="isFirst">Another talker begins, or the same one anew.</param>
    /// <param name="nowMicros">Now.</param>
    public void Write(Span<byte> packet, int payloadBytes, bool isFirst, long nowMicros)
    {
        _ = RtpPacketView.TryParse(packet, out RtpPacketView theirs, out _);
        (uint ssrc, ushort sequence, uint timestamp) = (theirs.Ssrc, theirs.SequenceNumber, theirs.Timestamp);
        bool isOther = isFirst || Packets == 0 || ssrc != _theirSsrc || Math.Abs((int)(short)(sequence - _theirNewest)) > StepMax;
        if (isOther)
        {
            _theirSsrc = ssrc;
            _theirNewest = sequence;
            _sequenceOffset = (ushort)(_newest + 1 - sequence);
            _timestampOffset = TimestampAt(nowMicros) - timestamp;
            RtpPatch.SetMarker(packet, true); // a talkspurt begins (RFC 3551, section 4.1)
        }

        ushort ours = (ushort)(sequence + _sequenceOffset);
        RtpPatch.SetSequenceNumber(packet, ours);
        RtpPatch.SetTimestamp(packet, timestamp + _timestampOffset);
        RtpPatch.SetSsrc(packet, Ssrc);
        Packets++;
        Octets += (uint)payloadBytes;
        if (isOther || (short)(ours - _newest) > 0)
        {
            _theirNewest = sequence;
            _newest = ours;
            _timestamp = timestamp + _timestampOffset;
            _sentMicros = nowMicros;
        }
    }

    /// <summary>The timestamp of that moment.</summary>
    public uint TimestampAt(long nowMicros) =>
        _sentMicros == 0 ? _timestamp : _timestamp + (uint)((nowMicros - _sentMicros) * clockRate / 1_000_000);
}
