using System.Collections.Immutable;
using System.Net.Sockets;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What a mount describes to clients that ask for its back channel: the same as to others, and the camera's back channels behind it.
/// </summary>
/// <param name="Sdp">Ready to send.</param>
/// <param name="SdpForIPv6">The same for clients of that family.</param>
/// <param name="Tracks">The back channels, in the order of the camera's; their places go on behind those of the tracks.</param>
internal sealed record TalkDescription(byte[] Sdp, byte[] SdpForIPv6, ImmutableArray<MountTrack> Tracks)
{
    /// <summary>The description for a client of that family; an IPv4-mapped address is IPv4.</summary>
    public byte[] SdpFor(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? SdpForIPv6 : Sdp;

    /// <summary>The back channel of that control URL; null: there is none.</summary>
    public MountTrack? Find(string control)
    {
        foreach (MountTrack track in Tracks)
        {
            if (track.Control == control)
            {
                return track;
            }
        }

        return null;
    }
}
