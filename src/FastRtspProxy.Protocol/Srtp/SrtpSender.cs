using System.Buffers.Binary;

namespace FastRtspProxy.Protocol.Srtp;

/// <summary>
/// Encrypts and authenticates what goes out on one stream, of one source, with the first key of its policy (RFC 3711 section 3.3). Allocates nothing
/// for a packet. For one thread.
/// </summary>
public sealed class SrtpSender : IDisposable
{
    private readonly SrtpPolicy _policy;
    private readonly SrtpCipher _rtp;
    private readonly SrtpCipher _rtcp;
    private ushort _newest;
    private bool _hasSent;

    /// <summary>Of the next RTCP packet, modulo 2^31.</summary>
    private uint _rtcpIndex;

    public SrtpSender(SrtpPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _policy = policy;
        _rtp = SrtpCipher.Of(policy.Suite, policy.Keys[0], isRtcp: false);
        _rtcp = SrtpCipher.Of(policy.Suite, policy.Keys[0], isRtcp: true);
        RtcpTagBytes = policy.Suite.RtcpTagBytes;
        HasIdentifiers = policy.MkiBytes > 0;
    }

    /// <summary>By so much a packet grows at the most.</summary>
    public int BytesMore => SrtpPackets.RtcpWordBytes + _policy.MkiBytes + Math.Max(_policy.Suite.RtpTagBytes, _policy.Suite.RtcpTagBytes);

    /// <summary>How often the numbers of RTP have wrapped.</summary>
    public uint Rollovers { get; private set; }

    /// <summary>Packets carry the identifier of the master key, where it has one.</summary>
    public bool HasIdentifiers { get; set; }

    /// <summary>The tag of RTCP.</summary>
    public int RtcpTagBytes { get; set; }

    /// <summary>Protects an RTP packet where it lies; packets go out in the order of their numbers, or nearly so. Gives its new length.</summary>
    /// <param name="buffer">The packet, and room for <see cref="BytesMore"/> behind it.</param>
    /// <param name="length">Of a whole RTP packet.</param>
    public int SealRtp(Span<byte> buffer, int length)
    {
        ushort number = BinaryPrimitives.ReadUInt16BigEndian(buffer[2..]);
        uint rollovers = Rollovers;
        if (!_hasSent || (short)(number - _newest) > 0)
        {
            rollovers = Rollovers += _hasSent && number < _newest ? 1u : 0;
            _newest = number;
            _hasSent = true;
        }
        else if (number > _newest && rollovers > 0)
        {
            rollovers--;
        }

        int header = SrtpPackets.RtpHeaderBytes(buffer[..length]);
        int tagBytes = _policy.Suite.RtpTagBytes;
        int mkiBytes = WriteMki(buffer, _policy.Suite.IsAead ? length + tagBytes : length);
        Span<byte> tag = buffer.Slice(_policy.Suite.IsAead ? length : length + mkiBytes, tagBytes);
        _rtp.SealRtp(buffer[..length], header, rollovers, _policy.EncryptsRtp, tag);
        return length + mkiBytes + tagBytes;
    }

    /// <summary>Protects an RTCP compound where it lies. Gives its new length.</summary>
    /// <param name="buffer">The compound, and room for <see cref="BytesMore"/> behind it.</param>
    /// <param name="length">Of a whole RTCP compound.</param>
    public int SealRtcp(Span<byte> buffer, int length)
    {
        Span<byte> word = stackalloc byte[SrtpPackets.RtcpWordBytes];
        BinaryPrimitives.WriteUInt32BigEndian(word, _rtcpIndex | (_policy.EncryptsRtcp ? 0x8000_0000u : 0));
        _rtcpIndex = (_rtcpIndex + 1) & int.MaxValue;
        bool isAead = _policy.Suite.IsAead;
        word.CopyTo(buffer[(isAead ? length + RtcpTagBytes : length)..]);
        int mkiBytes = WriteMki(buffer, length + SrtpPackets.RtcpWordBytes + (isAead ? RtcpTagBytes : 0));
        Span<byte> tag = buffer.Slice(isAead ? length : length + SrtpPackets.RtcpWordBytes + mkiBytes, RtcpTagBytes);
        _rtcp.SealRtcp(buffer[..length], word, tag);
        return length + SrtpPackets.RtcpWordBytes + mkiBytes + RtcpTagBytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    private int WriteMki(Span<byte> buffer, int at)
    {
        if (!HasIdentifiers)
        {
            return 0;
        }

        ReadOnlySpan<byte> mki = _policy.Keys[0].Mki;
        mki.CopyTo(buffer[at..]);
        return mki.Length;
    }
}
