using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace FastRtspProxy.TestPeers;

/// <summary>Reads RTSP messages and interleaved frames from a stream, plainly.</summary>
internal sealed class StreamBytes(Stream stream) : IDisposable
{
    private readonly List<byte> _bytes = [];
    private readonly byte[] _buffer = new byte[65536];
    private volatile bool _waits;

    /// <summary>Everything that was read is done, and more is waited for: what comes meanwhile is still the kernel's to show (Socket.Available). Any thread.</summary>
    public bool Waits => _waits;

    /// <summary>The next message or frame; null at the end.</summary>
    public async Task<(string? Text, (byte Channel, byte[] Payload)? Frame)?> ReadUnitAsync()
    {
        while (true)
        {
            if (TryTake() is { } unit)
            {
                return unit;
            }

            _waits = true;
            do
            {
                _ = await stream.ReadAsync(Memory<byte>.Empty); // takes nothing, and may end although nothing has come
            }
            while (stream is NetworkStream { Socket: { } socket } && !socket.Poll(0, SelectMode.SelectRead));
            _waits = false;
            int count = await stream.ReadAsync(_buffer);
            if (count == 0)
            {
                return null;
            }

            _bytes.AddRange(_buffer.AsSpan(0, count));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private (string? Text, (byte Channel, byte[] Payload)? Frame)? TryTake()
    {
        if (_bytes.Count >= 4 && _bytes[0] == '$')
        {
            int length = (_bytes[2] << 8) | _bytes[3];
            if (_bytes.Count < 4 + length)
            {
                return null;
            }

            (byte, byte[]) frame = (_bytes[1], _bytes.GetRange(4, length).ToArray());
            _bytes.RemoveRange(0, 4 + length);
            return (null, frame);
        }

        string text = Encoding.Latin1.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes));
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || _bytes[0] == '$')
        {
            return null;
        }

        int bodyAt = text.IndexOf("Content-Length:", StringComparison.OrdinalIgnoreCase);
        int body = bodyAt >= 0 && bodyAt < end
            ? int.Parse(text[(bodyAt + 15)..text.IndexOf('\r', bodyAt)].Trim(), CultureInfo.InvariantCulture)
            : 0;
        if (_bytes.Count < end + 4 + body)
        {
            return null;
        }

        _bytes.RemoveRange(0, end + 4 + body);
        return (text[..(end + 4 + body)], null);
    }
}
