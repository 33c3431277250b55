namespace FastRtspProxy.Captures;

/// <summary>What a capture may hold. Whoever wrote a file is a stranger to whoever reads it.</summary>
internal static class CaptureLimits
{
    /// <summary>The first words of a file, and the version of the format.</summary>
    public const string Magic = "frpcap 1";

    /// <summary>A line, without its end: a text line holds <see cref="TextBytes"/> of a message, of which each may take four signs.</summary>
    public const int LineBytes = 4 * TextBytes + 16;

    /// <summary>Bytes of a message in one line; a longer line of the message goes on in the next one.</summary>
    public const int TextBytes = 4096;

    /// <summary>Bytes of a packet in one line, but for runs of zeros.</summary>
    public const int HexBytes = 64;

    /// <summary>The bytes of one record: head and body of a message as the proxy takes them from cameras.</summary>
    public const int RecordBytes = 1024 * 1024;

    /// <summary>The bytes of a packet, and what is counted of garbage: UDP and interleaved frames have no more.</summary>
    public const int PacketBytes = 65_536;

    /// <summary>Names and values at the head of a file.</summary>
    public const int HeaderLines = 64;

    /// <summary>Connections of one capture.</summary>
    public const int Connections = 1000;

    /// <summary>Tracks of one capture.</summary>
    public const int Tracks = 64;

    /// <summary>A day: longer is no bug report.</summary>
    public const long MicrosMax = 86_400_000_000;
}
