using CommunityToolkit.HighPerformance.Buffers;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Which track has which `$` channels of one connection (RFC 2326, 10.12). On the connection's shard.</summary>
internal sealed class ClientChannels(ControlStream stream)
{
    /// <summary>
    /// By channel, the track that has set it up; null: it is free. As long as the highest channel that was ever set up needs: 256 are 2 KB.
    /// </summary>
    private SessionTrack?[] _tracks = [];

    /// <summary>Whose channel it is; null: nobody's.</summary>
    public SessionTrack? TrackOf(byte channel) => channel < _tracks.Length ? _tracks[channel] : null;

    /// <summary>The channels that a track may use: those it asked for when they are free, else the next free pair; null when there is none.</summary>
    /// <param name="wanted">What the client asks for; null: it leaves that to us.</param>
    /// <param name="replaced">The track whose channels are free for this one, because it goes.</param>
    public ChannelPair? Free(ChannelPair? wanted, SessionTrack? replaced)
    {
        if (wanted is { } pair && IsPair(pair) && IsFree(pair.Rtp, replaced) && IsFree(pair.Rtcp, replaced))
        {
            return pair;
        }

        for (int channel = 0; channel < TcpViewer.NoChannel - 1; channel += 2)
        {
            if (IsFree((byte)channel, replaced) && IsFree((byte)(channel + 1), replaced))
            {
                return new ChannelPair((byte)channel, (byte)(channel + 1));
            }
        }

        return null;
    }

    /// <summary>From now on frames of the track's channels are its own.</summary>
    public void Bind(SessionTrack track)
    {
        int needed = Math.Max(track.RtpChannel, track.RtcpChannel) + 1;
        if (_tracks.Length < needed)
        {
            Array.Resize(ref _tracks, needed);
        }

        _tracks[track.RtpChannel] = track;
        _tracks[track.RtcpChannel] = track;
    }

    /// <summary>The track's channels are free, unless another track has them by now.</summary>
    public void Unbind(SessionTrack track)
    {
        Unbind(track.RtpChannel, track);
        Unbind(track.RtcpChannel, track);
    }

    /// <summary>Sends one `$` frame behind what is under way.</summary>
    public void Send(byte channel, ReadOnlySpan<byte> payload)
    {
        int bytes = InterleavedFrame.HeaderBytes + payload.Length;
        using SpanOwner<byte> frame = SpanOwner<byte>.Allocate(bytes);
        InterleavedFrame.Write(frame.Span, channel, payload.Length);
        payload.CopyTo(frame.Span[InterleavedFrame.HeaderBytes..]);
        _ = stream.Send(frame.Span);
    }

    private static bool IsPair(ChannelPair pair) => pair.Rtp != pair.Rtcp && pair.Rtp != TcpViewer.NoChannel && pair.Rtcp != TcpViewer.NoChannel;

    private bool IsFree(byte channel, SessionTrack? replaced) => TrackOf(channel) is not { } track || track == replaced;

    private void Unbind(byte channel, SessionTrack track)
    {
        if (TrackOf(channel) == track)
        {
            _tracks[channel] = null;
        }
    }
}
