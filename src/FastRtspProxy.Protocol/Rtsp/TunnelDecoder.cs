using System.Buffers;
using System.Buffers.Text;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>What comes on the POST connection of a tunnel: base64 in any split, each message padded for itself.</summary>
internal sealed class TunnelDecoder
{
    private readonly byte[] _quantum = new byte[4];
    private int _quantumBytes;

    /// <summary>The most that a text of so many letters decodes to, with what was left of the last one.</summary>
    public static int BytesOf(int letters) => (letters / 4 * 3) + 3;

    /// <summary>Another POST goes on.</summary>
    public void Reset() => _quantumBytes = 0;

    /// <summary>False: it is no base64, and the tunnel is of no more use.</summary>
    public bool TryDecode(ReadOnlySpan<byte> text, Span<byte> bytes, out int count)
    {
        count = 0;
        foreach (byte letter in text)
        {
            if (letter is (byte)'\r' or (byte)'\n' or (byte)' ')
            {
                continue;
            }

            _quantum[_quantumBytes++] = letter;
            if (_quantumBytes == 4)
            {
                _quantumBytes = 0;
                if (Base64.DecodeFromUtf8(_quantum, bytes[count..], out _, out int written) != OperationStatus.Done)
                {
                    return false;
                }

                count += written;
            }
        }

        return true;
    }
}
