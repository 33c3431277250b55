using System.Text;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Receive tracks without a session: of a description that is given as its media lines.</summary>
internal static class TestTracks
{
    public const string Video = "video 0 RTP/AVP 26";
    public const string Audio = "audio 0 RTP/AVP 0";

    public static ReceiveTracks Of(params string[] media) => With(new RecordingSink(), media);

    public static ReceiveTracks With(RecordingSink sink, params string[] media)
    {
        ReceiveTracks tracks = new();
        foreach (string line in media)
        {
            Assert.True(SdpDocument.TryParse(Encoding.ASCII.GetBytes($"v=0\r\ns=x\r\nt=0 0\r\nm={line}\r\n"), out SdpDocument? document, out _));
            tracks.Add(new BackendTrack(tracks.Count, document.Media[0], "x", sink, new VideoSilence()) { Unused = tracks.Unused });
        }

        return tracks;
    }

    /// <summary>An RTP packet without payload.</summary>
    public static byte[] Rtp(byte payloadType, ushort sequenceNumber = 1) =>
        [0x80, payloadType, (byte)(sequenceNumber >> 8), (byte)sequenceNumber, 0, 0, 0, 0, 0, 0, 0, 7];
}
