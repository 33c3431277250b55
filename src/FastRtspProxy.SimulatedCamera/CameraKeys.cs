using System.Buffers.Binary;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Srtp;
using FastRtspProxy.SimulatedCamera.Media;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>
/// The keys of a camera that encrypts (SRTP): made of its seed, so that each shard has the same, and a camera with another seed has others.
/// </summary>
internal static class CameraKeys
{
    /// <summary>Apart from the seeds of everything else.</summary>
    private const ulong Salt = 0x5352_5450;

    /// <summary>What a description says of them for a track; null: nothing.</summary>
    public static string? SdpLine(SimulatedCameraOptions options, int stream, int track) => options.Srtp switch
    {
        SimulatedCameraSrtp.Sdes => "a=crypto:" + CryptoAttribute.Format(PolicyOf(options, stream, track)),
        SimulatedCameraSrtp.Mikey => "a=key-mgmt:" + KeyManagement.Attribute(
            MikeyMessage.Write(PolicyOf(options, stream, track), new SrtpSource(0, 0), DateTimeOffset.UnixEpoch)),
        _ => null,
    };

    /// <summary>What a track is encrypted with, null for nothing, by its SETUP. False: the client should have said it, and did not.</summary>
    public static bool TryAgree(SimulatedCameraOptions options, int stream, int track, RtspMessage setUp, out SrtpPolicy? policy)
    {
        if (options.Srtp == SimulatedCameraSrtp.Client)
        {
            policy = null;
            return setUp.Header(KeyManagement.HeaderName) is { } header && KeyManagement.TryParseHeader(header, out policy, out _);
        }

        policy = options.Srtp == SimulatedCameraSrtp.None ? null : PolicyOf(options, stream, track);
        return true;
    }

    /// <summary>The profile of its transports.</summary>
    public static string Profile(SimulatedCameraOptions options) =>
        options.Srtp == SimulatedCameraSrtp.None ? new TransportSpec().Profile : "RTP/SAVP";

    private static SrtpPolicy PolicyOf(SimulatedCameraOptions options, int stream, int track)
    {
        SrtpSuite suite = options.SrtpSuite;
        Span<byte> bytes = stackalloc byte[48];
        ulong seed = Hash64.Of(Hash64.Of(options.Seed, Salt), ((ulong)stream << 8) | (uint)track);
        for (int i = 0; i < bytes.Length; i += 8)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes[i..], Hash64.Of(seed, (ulong)i));
        }

        return new SrtpPolicy(suite, [new SrtpKey(bytes[..suite.KeyBytes], bytes.Slice(suite.KeyBytes, suite.SaltBytes), [])]);
    }
}
