using System.Collections.Immutable;
using System.Net.Sockets;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What a mount offers now: the front-end's SDP, ready to send, for clients of either address family, and its tracks in the order of the camera's.
/// </summary>
internal sealed record MountDescription(byte[] Sdp, byte[] SdpForIPv6, ImmutableArray<MountTrack> Tracks)
{
    /// <summary>
    /// Which of the mount's shapes it is of, from 1 on: who has set up by one can play while it is <see cref="IMount.Shape"/>. 0: one that never
    /// changes.
    /// </summary>
    public int Shape { get; init; }

    /// <summary>For clients that ask for the back channel; null: the camera has none, or is not asked for it.</summary>
    public TalkDescription? Talk { get; init; }

    /// <summary>The track with that control, a back channel's included; of null, the first one that is described. Null: there is none.</summary>
    public MountTrack? Find(string? control)
    {
        foreach (MountTrack track in Tracks)
        {
            if (control is null ? track.IsDescribed : track.Control == control)
            {
                return track;
            }
        }

        return control is null ? null : Talk?.Find(control);
    }

    /// <summary>The description for a client of that family; an IPv4-mapped address is IPv4.</summary>
    public byte[] SdpFor(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? SdpForIPv6 : Sdp;
}
