using System.Collections.Immutable;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What a mount offers now: the front-end's SDP, ready to send, and its tracks in the order of the camera's.</summary>
internal sealed record MountDescription(byte[] Sdp, ImmutableArray<MountTrack> Tracks);
