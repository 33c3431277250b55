using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace FastRtspProxy.Protocol.WebSocket;

/// <summary>The key of a WebSocket's handshake, and the proof that it was read (RFC 6455 section 4.2.2).</summary>
public static class WebSocketKey
{
    private const string Salt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>True for 16 bytes in base64.</summary>
    public static bool IsKey(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Base64.IsValid(text, out int bytes) && bytes == 16;
    }

    /// <summary>The value of Sec-WebSocket-Accept for a key.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "RFC 6455 asks for SHA-1; nothing is kept secret by it.")]
    public static string AcceptOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(key + Salt)));
    }
}
