using System.Globalization;
using System.Text;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// What came from the camera and fitted no track, so that a failure that says "no media" can say what came in its place: the camera's description and
/// its stream do not agree. Only such packets are counted here; those that fit cost nothing. On the session's shard.
/// </summary>
internal sealed class UnusedPackets
{
    /// <summary>More are not listed: a stream of noise has all 128.</summary>
    private const int ListedMax = 4;

    /// <summary>By RTP payload type; made with the first packet of a type that its track does not have.</summary>
    private long[]? _byType;

    /// <summary>By interleaved channel; made with the first frame on a channel that no SETUP agreed on.</summary>
    private long[]? _byChannel;
    private long _malformed;
    private long _forged;

    /// <summary>A packet of a payload type that its track does not have.</summary>
    public void CountType(byte payloadType) => (_byType ??= new long[128])[payloadType & 0x7F]++;

    /// <summary>A frame on a channel that belongs to no track.</summary>
    public void CountChannel(byte channel) => (_byChannel ??= new long[256])[channel]++;

    /// <summary>A packet that is not RTP.</summary>
    public void CountMalformed() => _malformed++;

    /// <summary>A packet that is encrypted with other keys than were agreed on.</summary>
    public void CountForged() => _forged++;

    /// <summary>Media has come meanwhile: what came beside it explains no silence.</summary>
    public void Clear()
    {
        _malformed = 0;
        _forged = 0;
        Array.Clear(_byType ?? []);
        Array.Clear(_byChannel ?? []);
    }

    /// <summary>The part of a failure's message that tells what came, with its own semicolon; empty: nothing did.</summary>
    /// <param name="described">The payload types of all tracks that were described.</param>
    public string Words(IReadOnlyCollection<int> described)
    {
        StringBuilder text = new();
        int listed = 0;
        for (int type = 0; type < (_byType?.Length ?? 0); type++)
        {
            if (_byType![type] is > 0 and long count && IsListed(text, ref listed))
            {
                Say(text, count, $"of payload type {type} came, which ");
                _ = described.Contains(type)
                    ? text.Append("belongs to another track")
                    : text.Append(CultureInfo.InvariantCulture, $"no track has (the description names {string.Join(", ", described)})");
            }
        }

        for (int channel = 0; channel < (_byChannel?.Length ?? 0); channel++)
        {
            if (_byChannel![channel] is > 0 and long count && IsListed(text, ref listed))
            {
                Say(text, count, $"came on channel {channel}, which no track was set up on");
            }
        }

        if (_malformed > 0)
        {
            Say(text, _malformed, "that are not RTP came");
        }

        if (_forged > 0)
        {
            Say(text, _forged, "came that are encrypted (SRTP) with other keys than were agreed on");
        }

        return text.ToString();
    }

    private static bool IsListed(StringBuilder text, ref int listed)
    {
        if (listed++ == ListedMax)
        {
            text.Append("; and others");
        }

        return listed <= ListedMax;
    }

    private static void Say(StringBuilder text, long count, string what) =>
        text.Append(CultureInfo.InvariantCulture, $"; {count} packet{(count == 1 ? string.Empty : "s")} ").Append(what);
}
