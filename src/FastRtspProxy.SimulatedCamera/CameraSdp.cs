using System.Globalization;
using System.Net;
using System.Text;
using FastRtspProxy.SimulatedCamera.Media;
using FastRtspProxy.SimulatedCamera.Personalities;
using FastRtspProxy.SimulatedCamera.Talk;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>Writes the session description of a stream (RFC 8866, RFC 2326 appendix C).</summary>
internal static class CameraSdp
{
    /// <summary>The control of back channels, before their number.</summary>
    public const string BackControl = "back";

    /// <summary>A track's control attribute, without a base.</summary>
    public static string Control(SimulatedCameraPersonality personality, int track) =>
        string.Format(CultureInfo.InvariantCulture, personality.Control, track + personality.FirstTrack);

    /// <param name="stream">What is described.</param>
    /// <param name="personality">How this make writes it.</param>
    /// <param name="local">The address that the client connected to.</param>
    /// <param name="streamUrl">The stream's URL, for makes that write whole URLs as controls.</param>
    /// <param name="group">The multicast group, null for unicast.</param>
    /// <param name="groupPort">The group's first port.</param>
    /// <param name="profile">Of its transports.</param>
    /// <param name="keys">The line that tells a track's keys; null: there is none.</param>
    /// <param name="back">The back channels, for a client that asks for them.</param>
    public static byte[] Write(
        SimulatedCameraStreamOptions stream,
        SimulatedCameraPersonality personality,
        IPAddress local,
        string streamUrl,
        IPAddress? group,
        int groupPort,
        string profile,
        Func<int, string?> keys,
        IReadOnlyList<BackChannel> back)
    {
        StringBuilder sdp = new();
        string family = local.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "IP6" : "IP4";
        Line(sdp, "v=0");
        Line(sdp, $"o=- 1109162014219182 1109162014219192 IN {family} {local}");
        Line(sdp, "s=" + personality.SessionName);
        Line(sdp, group is null ? $"c=IN {family} {(family == "IP6" ? "::" : "0.0.0.0")}"
            : group.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"c=IN IP6 {group}"
            : $"c=IN IP4 {group}/1");
        Line(sdp, "t=0 0");
        foreach (string line in personality.SdpSessionLines)
        {
            Line(sdp, line);
        }

        Line(sdp, "a=control:" + (personality.AbsoluteControl ? streamUrl : "*"));
        for (int i = 0; i < stream.Tracks.Count; i++)
        {
            MediaTrack track = stream.Tracks[i];
            int port = group is null ? 0 : groupPort + (2 * i);
            Line(sdp, string.Create(CultureInfo.InvariantCulture, $"m={track.MediaType} {port} {profile} {track.PayloadType}"));
            if (keys(i) is { } keyLine)
            {
                Line(sdp, keyLine);
            }

            if (track.BandwidthKilobits > 0)
            {
                Line(sdp, string.Create(CultureInfo.InvariantCulture, $"b=AS:{track.BandwidthKilobits}"));
            }

            string channels = track.Channels > 0 ? string.Create(CultureInfo.InvariantCulture, $"/{track.Channels}") : "";
            Line(sdp, string.Create(CultureInfo.InvariantCulture, $"a=rtpmap:{track.PayloadType} {track.EncodingName}/{track.ClockRate}{channels}"));
            if (track.Fmtp is not null)
            {
                Line(sdp, string.Create(CultureInfo.InvariantCulture, $"a=fmtp:{track.PayloadType} {track.Fmtp}"));
            }

            foreach (string line in track.SdpAttributes)
            {
                Line(sdp, line);
            }

            foreach (string line in personality.SdpMediaLines)
            {
                Line(sdp, line);
            }

            string control = Control(personality, i);
            Line(sdp, "a=control:" + (personality.AbsoluteControl ? streamUrl.TrimEnd('/') + "/" + control : control));
        }

        for (int i = 0; i < back.Count; i++)
        {
            string control = string.Create(CultureInfo.InvariantCulture, $"{BackControl}{i + 1}");
            Line(sdp, string.Create(CultureInfo.InvariantCulture, $"m=audio 0 RTP/AVP {back[i].PayloadType}"));
            Line(sdp, string.Create(CultureInfo.InvariantCulture, $"a=rtpmap:{back[i].PayloadType} {back[i].EncodingName}/{G711.SampleRate}"));
            Line(sdp, "a=control:" + (personality.AbsoluteControl ? streamUrl.TrimEnd('/') + "/" + control : control));
            Line(sdp, "a=sendonly");
        }

        return Encoding.UTF8.GetBytes(sdp.ToString());
    }

    private static void Line(StringBuilder sdp, string line) => sdp.Append(line).Append("\r\n");
}
