using System.Buffers.Binary;

namespace FastRtspProxy.Protocol.Srtp;

/// <summary>
/// Checks and decrypts what comes on one stream, RTP and RTCP (RFC 3711 section 3.3). It remembers which packets came and how often the numbers of
/// each source wrapped; a source is known once a packet of it was genuine, so that nobody without the keys changes anything here. Allocates nothing
/// for a packet, but with the first one of a source. For one thread.
/// </summary>
public sealed class SrtpReceiver : IDisposable
{
    /// <summary>How much longer the output must be than what comes: for an RTCP word that is looked at beside its packet.</summary>
    public const int OutputBytesMore = SrtpPackets.RtcpWordBytes;

    /// <summary>
    /// So many packets of a known source in a row that are not genuine may be the end of a silence in which its numbers wrapped; then the next
    /// rollover is tried too.
    /// </summary>
    private const int FailuresBeforeNextRollover = 16;

    private readonly SrtpPolicy _policy;
    private readonly SrtpCipher[] _rtp;
    private readonly SrtpCipher[] _rtcp;
    private readonly ReceivedSources _sources = new();
    private readonly ReceivedSources _reporters = new();

    public SrtpReceiver(SrtpPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _policy = policy;
        _rtp = new SrtpCipher[policy.Keys.Count];
        _rtcp = new SrtpCipher[policy.Keys.Count];
        for (int i = 0; i < _rtp.Length; i++)
        {
            _rtp[i] = SrtpCipher.Of(policy.Suite, policy.Keys[i], isRtcp: false);
            _rtcp[i] = SrtpCipher.Of(policy.Suite, policy.Keys[i], isRtcp: true);
        }

        RtcpTagBytes = policy.Suite.RtcpTagBytes;
    }

    /// <summary>The peer's packets carry identifiers of master keys; until one is genuine, what was agreed on.</summary>
    public bool HasIdentifiers { get; private set; } = true;

    /// <summary>The tag of the peer's RTCP; until one is genuine, that of the suite.</summary>
    public int RtcpTagBytes { get; private set; }

    /// <summary>Checks and decrypts an RTP packet.</summary>
    /// <param name="packet">As it came.</param>
    /// <param name="output">Gets the RTP packet; as long as <paramref name="packet"/> at least.</param>
    /// <param name="length">Of the RTP packet; 0 unless it is genuine.</param>
    public SrtpVerdict OpenRtp(ReadOnlySpan<byte> packet, Span<byte> output, out int length)
    {
        length = 0;
        int header = SrtpPackets.RtpHeaderBytes(packet);
        int tagBytes = _policy.Suite.RtpTagBytes;
        if (header == 0 || packet.Length < header + tagBytes)
        {
            return SrtpVerdict.Malformed;
        }

        int key = FindKey(packet, tagBytes, out int mkiBytes);
        if (key < 0)
        {
            return SrtpVerdict.UnknownKey;
        }

        int bodyBytes = packet.Length - tagBytes - mkiBytes;
        if (bodyBytes < header)
        {
            return SrtpVerdict.Malformed;
        }

        ReadOnlySpan<byte> tag = packet.Slice(_policy.Suite.IsAead ? bodyBytes : bodyBytes + mkiBytes, tagBytes);
        SrtpVerdict verdict = OpenRtp(packet[..bodyBytes], header, tag, _rtp[key], output);
        if (verdict == SrtpVerdict.Genuine)
        {
            HasIdentifiers = mkiBytes > 0;
            length = bodyBytes;
        }

        return verdict;
    }

    /// <summary>Checks and decrypts an RTCP compound.</summary>
    /// <param name="packet">As it came.</param>
    /// <param name="output">Gets the compound; longer than <paramref name="packet"/> by <see cref="OutputBytesMore"/>.</param>
    /// <param name="length">Of the compound; 0 unless it is genuine.</param>
    public SrtpVerdict OpenRtcp(ReadOnlySpan<byte> packet, Span<byte> output, out int length)
    {
        SrtpVerdict verdict = OpenRtcp(packet, RtcpTagBytes, output, out length);
        if (verdict != SrtpVerdict.Forged || !_policy.MayHaveShortRtcpTags || RtcpTagBytes == _policy.Suite.RtpTagBytes)
        {
            return verdict;
        }

        verdict = OpenRtcp(packet, _policy.Suite.RtpTagBytes, output, out length);
        RtcpTagBytes = verdict == SrtpVerdict.Genuine ? _policy.Suite.RtpTagBytes : RtcpTagBytes;
        return verdict;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SrtpCipher cipher in _rtp)
        {
            cipher.Dispose();
        }

        foreach (SrtpCipher cipher in _rtcp)
        {
            cipher.Dispose();
        }
    }

    private SrtpVerdict OpenRtp(ReadOnlySpan<byte> packet, int header, ReadOnlySpan<byte> tag, SrtpCipher cipher, Span<byte> output)
    {
        ushort number = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        if (_sources.Find(ssrc) is not { } source)
        {
            // A description is older than the packet, so the numbers may have wrapped meanwhile.
            uint first = _policy.RolloversOf(ssrc);
            for (uint i = 0; i <= 1; i++)
            {
                uint rollovers = unchecked(first + i);
                if (cipher.TryOpenRtp(packet, header, tag, rollovers, _policy.EncryptsRtp, output))
                {
                    _sources.Add(ssrc, rollovers, number).Take(rollovers, number);
                    return SrtpVerdict.Genuine;
                }
            }

            return SrtpVerdict.Forged;
        }

        uint guess = source.Guess(number);
        if (!source.Window.IsNew(((ulong)guess << 16) | number))
        {
            return SrtpVerdict.Replayed;
        }

        if (!cipher.TryOpenRtp(packet, header, tag, guess, _policy.EncryptsRtp, output))
        {
            guess = unchecked(source.Rollovers + 1);
            if (++source.Failures <= FailuresBeforeNextRollover || !cipher.TryOpenRtp(packet, header, tag, guess, _policy.EncryptsRtp, output))
            {
                return SrtpVerdict.Forged;
            }
        }

        source.Take(guess, number);
        return SrtpVerdict.Genuine;
    }

    private SrtpVerdict OpenRtcp(ReadOnlySpan<byte> packet, int tagBytes, Span<byte> output, out int length)
    {
        length = 0;
        if (packet.Length < SrtpPackets.RtcpHeaderBytes + SrtpPackets.RtcpWordBytes + tagBytes || packet[0] >> 6 != 2)
        {
            return SrtpVerdict.Malformed;
        }

        int key = FindKey(packet, tagBytes, out int mkiBytes);
        if (key < 0)
        {
            return SrtpVerdict.UnknownKey;
        }

        int bodyBytes = packet.Length - tagBytes - mkiBytes - SrtpPackets.RtcpWordBytes;
        if (bodyBytes < SrtpPackets.RtcpHeaderBytes)
        {
            return SrtpVerdict.Malformed;
        }

        // RFC 3711 section 3.4: word, identifier, tag; RFC 7714 section 9.3: tag, word, identifier.
        bool isAead = _policy.Suite.IsAead;
        ReadOnlySpan<byte> word = packet.Slice(isAead ? bodyBytes + tagBytes : bodyBytes, SrtpPackets.RtcpWordBytes);
        ReadOnlySpan<byte> tag = packet.Slice(isAead ? bodyBytes : bodyBytes + SrtpPackets.RtcpWordBytes + mkiBytes, tagBytes);
        uint index = BinaryPrimitives.ReadUInt32BigEndian(word) & int.MaxValue;
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        ReceivedSource? source = _reporters.Find(ssrc);
        if (source?.Window.IsNew(index) == false)
        {
            return SrtpVerdict.Replayed;
        }

        if (!_rtcp[key].TryOpenRtcp(packet[..bodyBytes], word, tag, output))
        {
            return SrtpVerdict.Forged;
        }

        (source ?? _reporters.Add(ssrc, 0, 0)).Window.Take(index);
        length = bodyBytes;
        return SrtpVerdict.Genuine;
    }

    /// <summary>
    /// Which master key protects the packet; below 0: none of ours. Peers that agreed on an identifier and send none were seen, so with one key its
    /// absence is no fault.
    /// </summary>
    private int FindKey(ReadOnlySpan<byte> packet, int tagBytes, out int mkiBytes)
    {
        mkiBytes = _policy.MkiBytes;
        if (mkiBytes > 0 && packet.Length >= mkiBytes + tagBytes)
        {
            ReadOnlySpan<byte> mki = packet.Slice(packet.Length - mkiBytes - (_policy.Suite.IsAead ? 0 : tagBytes), mkiBytes);
            for (int i = 0; i < _rtp.Length; i++)
            {
                if (mki.SequenceEqual(_policy.Keys[i].Mki))
                {
                    return i;
                }
            }
        }

        mkiBytes = 0;
        return _rtp.Length == 1 ? 0 : -1;
    }
}
