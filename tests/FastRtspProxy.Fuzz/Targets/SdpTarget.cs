using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// Descriptions of cameras and what players get of them: it reads back with the tracks that are served, holds nothing of the way from the camera to us, smuggles no line,
/// and is a fixed point: described again it is the same.
/// </summary>
internal sealed class SdpTarget : FuzzTarget
{
    private static readonly SdpRewriteOptions s_options = new() { SessionId = 7, SessionVersion = 2 };

    private static readonly string[] s_mayNotPass =
        ["crypto", "key-mgmt", "candidate", "remote-candidates", "ice-ufrag", "ice-pwd", "ice-options", "ice-lite", "fingerprint", "source-filter", "rtcp-mux", "ssrc", "mikey"];

    public override string Name => "sdp";

    public override int FixedBytes => 16 * 1024;

    /// <summary>The shortest line, `a=` and its end, costs a string of 32 bytes and its place in a list; the shortest m= section costs its object and three lists, 70 bytes a byte.</summary>
    public override int BytesPerInputByte => 128;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        if (SdpDocument.TryParse(input, out SdpDocument? document, out _))
        {
            SdpRewriter.ForFrontend(document, s_options);
        }
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        bool isValid = SdpDocument.TryParse(input, out SdpDocument? document, out SdpDefect defect);
        Property.Equal(isValid, defect == SdpDefect.None);
        if (!isValid)
        {
            return;
        }

        foreach (SdpMedia media in document!.Media)
        {
            Property.Holds(media.ClockRate > 0 && media.Channels > 0 && media.Port is >= 0 and <= ushort.MaxValue, "rates and ports are in range");
            Property.Holds(media.Ttl is null or (>= 0 and <= 255), "the TTL is in range");
            _ = MulticastGroup.Of(media);
        }

        byte[] served = SdpRewriter.ForFrontend(document, s_options);
        int tracks = SdpRewriter.Served(document).Count;
        CheckLines(FuzzLines(served));
        bool readsBack = SdpDocument.TryParse(served, out SdpDocument? again, out _);
        Property.Equal(tracks > 0, readsBack);
        if (readsBack)
        {
            Property.Equal(tracks, SdpRewriter.Served(again!).Count);
            for (int i = 0; i < tracks; i++)
            {
                Property.Equal($"track{i + 1}", again!.Media[i].Control);
                CheckSame(SdpRewriter.Served(document)[i], again.Media[i]);
            }

            Property.SameBytes(served, SdpRewriter.ForFrontend(again!, s_options), "the description of a description");
        }
    }

    private static void CheckSame(SdpMedia camera, SdpMedia served)
    {
        Property.Equal((camera.EncodingName, camera.ClockRate, camera.Channels), (served.EncodingName, served.ClockRate, served.Channels));
        Property.Equal((camera.Type, camera.Fmtp), (served.Type, served.Fmtp));
        Property.Equal(string.Join(' ', camera.PayloadTypes), string.Join(' ', served.PayloadTypes));
    }

    private static string[] FuzzLines(byte[] served) => System.Text.Encoding.Latin1.GetString(served).Split("\r\n");

    private static void CheckLines(string[] lines)
    {
        Property.Equal(string.Empty, lines[^1]);
        foreach (string line in lines.AsSpan(0, lines.Length - 1))
        {
            Property.Holds(line.Length >= 2 && line[1] == '=' && char.IsAsciiLetterLower(line[0]) && line.AsSpan().IndexOfAny("\r\n\0") < 0, "each line is one");
            Property.Holds(line[0] != 'c' || line == "c=IN IP4 0.0.0.0", "no address of the camera is passed on");
            ReadOnlySpan<char> name = line.AsSpan(2);
            int end = name.IndexOfAny(": \t");
            name = end < 0 ? name : name[..end];
            foreach (string way in s_mayNotPass)
            {
                Property.Holds(line[0] != 'a' || !name.Equals(way, StringComparison.OrdinalIgnoreCase), "nothing about the way to the camera is passed on");
            }
        }
    }
}
