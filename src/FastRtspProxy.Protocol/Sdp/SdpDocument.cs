using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace FastRtspProxy.Protocol.Sdp;

/// <summary>
/// A session description as a camera sends it (RFC 4566): its lines, kept as they are, and what the proxy needs to know of them. Lines that can
/// not be read are passed over, never a reason to refuse the camera. Text is kept as Latin-1, so that every byte comes out as it went in.
/// </summary>
public sealed class SdpDocument
{
    /// <summary>LIVE555 stops at 20,000 bytes; no camera is known above a quarter of this.</summary>
    public const int BytesMax = 256 * 1024;

    /// <summary>NVRs describe up to 16 channels with three media each.</summary>
    public const int MediaMax = 64;

    private SdpDocument(List<string> sessionLines, List<SdpMedia> media)
    {
        SessionLines = sessionLines;
        Media = media;
    }

    /// <summary>The lines before the first m=, without line ends.</summary>
    public IReadOnlyList<string> SessionLines { get; }

    public IReadOnlyList<SdpMedia> Media { get; }

    /// <summary>The session's a=control value, null when there is none.</summary>
    public string? Control => SdpLine.Attribute(SessionLines, "control");

    /// <summary>The first s= line with something in it (quirk: several cameras send two); null without one.</summary>
    public string? SessionName => SdpLine.FirstValue(SessionLines, 's');

    public string? Range => SdpLine.Attribute(SessionLines, "range");

    public string? ConnectionAddress => SdpLine.Connection(SessionLines).Address;

    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SdpDocument? document, out SdpDefect defect)
    {
        document = null;
        if (text.Length > BytesMax)
        {
            defect = SdpDefect.TooLong;
            return false;
        }

        List<string> session = [];
        List<List<string>> sections = [];
        ReadOnlySpan<byte> rest = text;
        while (!rest.IsEmpty)
        {
            string line = NextLine(ref rest);
            if (!SdpLine.IsLine(line))
            {
                continue;
            }

            if (line[0] == 'm')
            {
                sections.Add([]);
            }

            (sections.Count == 0 ? session : sections[^1]).Add(line);
            if (sections.Count > MediaMax)
            {
                defect = SdpDefect.TooManyMedia;
                return false;
            }
        }

        if (session.Count == 0 && sections.Count == 0)
        {
            defect = SdpDefect.Empty;
            return false;
        }

        if (sections.Count == 0)
        {
            defect = SdpDefect.NoMedia;
            return false;
        }

        document = new SdpDocument(session, ReadMedia(session, sections));
        defect = SdpDefect.None;
        return true;
    }

    private static List<SdpMedia> ReadMedia(List<string> session, List<List<string>> sections)
    {
        bool[] areBackChannels = BackChannels.Of(session, sections);
        List<SdpMedia> media = new(sections.Count);
        for (int i = 0; i < sections.Count; i++)
        {
            media.Add(SdpMedia.Read(i, sections[i], session, areBackChannels[i]));
        }

        return media;
    }

    // CRLF, LF and CR alone end a line; a NUL at the end belongs to somebody's C string.
    private static string NextLine(ref ReadOnlySpan<byte> rest)
    {
        int end = rest.IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
        ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return Encoding.Latin1.GetString(line.TrimStart(" \t"u8));
    }
}
