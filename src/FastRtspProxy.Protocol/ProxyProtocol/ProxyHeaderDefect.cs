namespace FastRtspProxy.Protocol.ProxyProtocol;

/// <summary>Why bytes are no PROXY header that we take.</summary>
public enum ProxyHeaderDefect
{
    None,

    /// <summary>The first bytes are neither <c>PROXY </c> nor the signature of version 2: there is no header at all.</summary>
    NoHeader,

    /// <summary>No line end within <see cref="ProxyHeader.TextBytesMax"/>, or a length that exceeds <see cref="ProxyHeader.BytesMax"/>.</summary>
    TooLong,

    /// <summary>Version 1: not the words, single spaces and line end that a header has.</summary>
    BadLine,

    /// <summary>Neither TCP over IPv4 nor TCP over IPv6, nor one of those that say nothing of addresses.</summary>
    BadFamily,

    /// <summary>An address that is none, is not written as its family is, or is cut.</summary>
    BadAddress,

    /// <summary>Not a number from 0 to 65535 without leading zeros.</summary>
    BadPort,

    /// <summary>Version 2: another version, or a command that is neither LOCAL nor PROXY.</summary>
    BadVersion,

    /// <summary>Version 2: the values behind the addresses do not add up to the length of the header.</summary>
    BadValues,

    /// <summary>Version 2: the header's checksum is not that of its bytes.</summary>
    BadChecksum,
}
