using System.Buffers.Binary;
using System.Text;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Captures.Privacy;

/// <summary>
/// RTP and RTCP with other sources and names, in place; lengths, numbers and times stay. What cannot be read is zero but for its head.
/// </summary>
internal sealed class PacketFakes(Fakes fakes)
{
    /// <summary>Extensions of 0xABAC (ONVIF) and RFC 8285 are smaller; behind that anything may stand.</summary>
    private const int ExtensionBytes = 16;

    /// <summary>LIVE555's two words that open a NAT, and ours.</summary>
    private const int PunchBytes = 4;

    /// <param name="packet">Changed in place.</param>
    /// <param name="codec">Of the track, and whether it shows pictures; unknown ones lose their whole payload.</param>
    /// <param name="isVideo">As above.</param>
    /// <param name="withMedia">The payload stays.</param>
    public void Rtp(Span<byte> packet, MediaCodec codec, bool isVideo, bool withMedia)
    {
        if (!RtpPacketView.TryParse(packet, out RtpPacketView view, out _))
        {
            Unreadable(packet);
            return;
        }

        int header = view.HeaderBytes;
        int payload = view.Payload.Length;
        for (int i = 0; i <= view.CsrcCount; i++)
        {
            ReplaceSource(packet[(8 + (4 * i))..]);
        }

        int extension = RtpPacketView.FixedHeaderBytes + (4 * view.CsrcCount) + 4;
        if (view.HasExtension && header - extension > ExtensionBytes)
        {
            packet[(extension + ExtensionBytes)..header].Clear();
        }

        if (header + payload < packet.Length)
        {
            packet[(header + payload)..^1].Clear(); // padding, but for its length
        }

        if (!withMedia)
        {
            MediaCut.Apply(packet.Slice(header, payload), codec, isVideo);
        }
    }

    /// <inheritdoc cref="Rtp"/>
    public void Rtcp(Span<byte> compound)
    {
        int at = 0;
        RtcpCompoundReader reader = new(compound.ToArray());
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            int whole = 4 * (BinaryPrimitives.ReadUInt16BigEndian(compound[(at + 2)..]) + 1);
            int length = RtcpPacketView.HeaderBytes + packet.Body.Length;
            One(compound.Slice(at, length), packet.Type, packet.Count);
            if (whole > length)
            {
                compound[(at + length)..(at + whole - 1)].Clear();
            }

            at += whole;
        }

        compound[at..].Clear();
    }

    /// <summary>Neither RTP nor RTCP: the first two bytes say what it could be.</summary>
    public static void Unreadable(Span<byte> packet)
    {
        if (packet.Length > PunchBytes)
        {
            packet[2..].Clear();
        }
    }

    private void One(Span<byte> packet, RtcpPacketType type, int count)
    {
        switch (type)
        {
            case RtcpPacketType.SenderReport:
                ReplaceSource(packet[4..]);
                Blocks(packet[(RtcpPacketView.HeadBytes + RtcpPacketView.SenderInfoBytes)..], count);
                break;
            case RtcpPacketType.ReceiverReport:
                ReplaceSource(packet[4..]);
                Blocks(packet[RtcpPacketView.HeadBytes..], count);
                break;
            case RtcpPacketType.SourceDescription:
                Descriptions(packet[4..]);
                break;
            case RtcpPacketType.Bye:
                for (int i = 0; i < count; i++)
                {
                    ReplaceSource(packet[(4 + (4 * i))..]);
                }

                Reason(packet[(4 + (4 * count))..]);
                break;
            case RtcpPacketType.TransportFeedback or RtcpPacketType.PayloadFeedback:
                ReplaceSource(packet[4..]);
                ReplaceSource(packet[8..]);
                Feedback(packet[12..], type, count);
                break;
            default:
                if (packet.Length >= RtcpPacketView.HeadBytes)
                {
                    ReplaceSource(packet[4..]);
                    packet[RtcpPacketView.HeadBytes..].Clear();
                }

                break;
        }
    }

    /// <summary>Report blocks; what follows them (profile-specific extensions) is zero.</summary>
    private void Blocks(Span<byte> blocks, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ReplaceSource(blocks[(RtcpPacketView.BlockBytes * i)..]);
        }

        blocks[(RtcpPacketView.BlockBytes * count)..].Clear();
    }

    /// <summary>RFC 3550 section 6.5: chunks of a source and items up to a zero, each on a boundary of four.</summary>
    private void Descriptions(Span<byte> chunks)
    {
        while (chunks.Length >= 4)
        {
            ReplaceSource(chunks);
            int at = 4;
            while (at + 1 < chunks.Length && chunks[at] != 0)
            {
                int length = Math.Min(chunks[at + 1], chunks.Length - at - 2);
                Name(chunks.Slice(at + 2, length));
                at += 2 + length;
            }

            if (at >= chunks.Length || chunks[at] != 0)
            {
                chunks[Math.Min(at, chunks.Length)..].Clear();
                return;
            }

            int next = Math.Min((at + 4) & ~3, chunks.Length);
            chunks[at..next].Clear();
            chunks = chunks[next..];
        }

        chunks.Clear();
    }

    private void Name(Span<byte> text)
    {
        string fake = fakes.Shaped(FakeKind.SourceName, Encoding.Latin1.GetString(text));
        Encoding.Latin1.GetBytes(fake, text);
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = text[i] < ' ' ? (byte)'x' : text[i]; // no name has them, so it is none
        }
    }

    private void Reason(Span<byte> text)
    {
        if (text.Length > 1)
        {
            int length = Math.Min(text[0], text.Length - 1);
            Name(text.Slice(1, length));
            text[(1 + length)..].Clear();
        }
    }

    /// <summary>FIR names sources, NACK and the like have numbers, what an application means by its own is nobody's business.</summary>
    private void Feedback(Span<byte> entries, RtcpPacketType type, int format)
    {
        if (type == RtcpPacketType.PayloadFeedback && format == RtcpPacketView.FullIntraFormat)
        {
            for (; entries.Length >= RtcpPacketView.FullIntraEntryBytes; entries = entries[RtcpPacketView.FullIntraEntryBytes..])
            {
                ReplaceSource(entries);
            }
        }

        if (type == RtcpPacketType.PayloadFeedback || format > 1)
        {
            entries.Clear();
        }
    }

    private void ReplaceSource(Span<byte> at)
    {
        if (at.Length >= 4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(at, fakes.Source(BinaryPrimitives.ReadUInt32BigEndian(at)));
        }
    }
}
