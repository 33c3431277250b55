using System.Diagnostics;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Which channel of the RTSP connection belongs to which track (RFC 2326 section 10.12): what we ask for, what the camera answers, and what it uses
/// instead. Pure.
/// </summary>
/// <param name="expect">Hears of each channel on which media may come from now on.</param>
internal sealed class CameraChannels(Action<byte> expect)
{
    /// <summary>
    /// By channel. The track that an entry names has its <see cref="BackendTrack.Channels"/>, unless it was released; the entry of its RTP channel
    /// names it, unless a later track was answered with that channel for its RTCP, or its media comes on the channel of another one.
    /// </summary>
    private readonly BackendTrack?[] _trackOf = new BackendTrack?[256];

    /// <summary>Those that we talk on; null: on none.</summary>
    private ChannelPair? _talk;

    /// <summary>Whose channel that is; null: nobody's.</summary>
    public BackendTrack? this[byte channel] => _trackOf[channel];

    /// <summary>
    /// The pair that a SETUP asks for. Media may come before the answer (RFC 2326 section 10.12 and retina PR 46), so the channels are the track's
    /// from now on.
    /// </summary>
    public ChannelPair Ask(BackendTrack track)
    {
        ChannelPair asked = FreePair(track);
        Assign(asked, track);
        return asked;
    }

    /// <summary>
    /// The SETUP was answered: the channels are those of the answer; where it repeats those of another track, or has none, those that we asked for.
    /// </summary>
    public void Take(BackendTrack track, ChannelPair? answered)
    {
        ChannelPair asked = track.Channels ?? FreePair(track);
        ChannelPair channels = answered ?? asked;
        if (_trackOf[channels.Rtp] is { } other && other != track)
        {
            channels = asked;
        }
        else if (channels != asked && _trackOf[asked.Rtp] == track)
        {
            _trackOf[asked.Rtp] = _trackOf[asked.Rtcp] = null;
        }

        Assign(channels, track);
    }

    /// <summary>A pair that no track has; null: there is none.</summary>
    public ChannelPair? FreePair()
    {
        for (int first = 0; first < byte.MaxValue; first += 2)
        {
            if (_trackOf[first] is null && _trackOf[first + 1] is null)
            {
                return new ChannelPair((byte)first, (byte)(first + 1));
            }
        }

        return null;
    }

    /// <summary>We talk on the channels of the answer; where it repeats those of a track, or has none, on those that we asked for.</summary>
    public ChannelPair TakeForTalk(ChannelPair asked, ChannelPair? answered)
    {
        ChannelPair pair = answered is { } named && _trackOf[named.Rtp] is null && _trackOf[named.Rtcp] is null ? named : asked;
        _talk = pair;
        expect(pair.Rtp);
        expect(pair.Rtcp);
        return pair;
    }

    /// <summary>True for a channel that we talk on: what the camera says there is about what it hears.</summary>
    public bool IsTalk(byte channel) => _talk is { } pair && (channel == pair.Rtp || channel == pair.Rtcp);

    /// <summary>The track is not interleaved, or not at all.</summary>
    public void Release(BackendTrack track)
    {
        track.Channels = null;
        for (int channel = 0; channel < _trackOf.Length; channel++)
        {
            if (_trackOf[channel] == track)
            {
                _trackOf[channel] = null;
            }
        }
    }

    /// <summary>
    /// Quirk (handled by gortsplib, retina and ffmpeg, too): a camera that uses other channels than it answered: none that was set up, another
    /// track's, one for several tracks, or the two of a pair the other way round. RTP whose payload type belongs to exactly one track, of which no
    /// media came so far, makes the channel that track's for good. Null: the packet says of no track that it is its own.
    /// </summary>
    /// <param name="channel">Nobody's, or of a track that has no packets of that type.</param>
    /// <param name="packet">What came on it.</param>
    /// <param name="tracks">The session's.</param>
    public BackendTrack? Adopt(byte channel, ReadOnlySpan<byte> packet, ReceiveTracks tracks)
    {
        if (packet.Length < RtpPacketView.FixedHeaderBytes || packet[0] >> 6 != 2 || channel == byte.MaxValue)
        {
            return null;
        }

        BackendTrack? found = null;
        foreach (BackendTrack track in tracks)
        {
            if (track.Knows(packet[1]))
            {
                if (found is not null)
                {
                    return null;
                }

                found = track;
            }
        }

        if (found is not { RtpSocket: null })
        {
            return null;
        }

        if (found.Packets == 0)
        {
            Move(found, channel);
        }

        return found.Channels?.Rtp == channel ? found : null;
    }

    /// <summary>The track's media comes on that channel, which is not 255.</summary>
    private void Move(BackendTrack track, byte channel)
    {
        if (track.Channels is { } own && own.Rtcp == channel && _trackOf[channel] == track)
        {
            track.Channels = new ChannelPair(channel, own.Rtp); // the pair the other way round
            return;
        }

        BackendTrack? owner = _trackOf[channel];
        track.Channels = new ChannelPair(channel, (byte)(channel + 1));
        if (owner is { Packets: > 0 } && owner.Channels?.Rtp == channel)
        {
            return; // the owner's media comes there as well
        }

        Assign(channel, track);
        if (_trackOf[channel + 1] is not { } next || next == owner)
        {
            Assign((byte)(channel + 1), track);
        }
    }

    /// <summary>
    /// The usual pair, or the next one that no other track has: a camera may have answered with other channels than it was asked for.
    /// </summary>
    private ChannelPair FreePair(BackendTrack track)
    {
        for (int first = 2 * track.Index; first < byte.MaxValue; first += 2)
        {
            if (IsFree(first) && IsFree(first + 1))
            {
                return new ChannelPair((byte)first, (byte)(first + 1));
            }
        }

        return new ChannelPair((byte)(2 * track.Index), (byte)((2 * track.Index) + 1));

        bool IsFree(int channel) => _trackOf[channel] is not { } owner || owner == track;
    }

    private void Assign(ChannelPair channels, BackendTrack track)
    {
        track.Channels = channels;
        Assign(channels.Rtp, track);
        Assign(channels.Rtcp, track);
        Debug.Assert(_trackOf[channels.Rtp] == track || channels.Rtp == channels.Rtcp, "A track has its RTP channel.");
    }

    private void Assign(byte channel, BackendTrack track)
    {
        _trackOf[channel] = track;
        expect(channel);
    }
}
