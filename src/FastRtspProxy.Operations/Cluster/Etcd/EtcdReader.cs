using System.Text.Json;

namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>
/// Reads what an etcd answers, with a bound: a whole answer, or one line after the other of an answer that does not end. One caller at a time.
/// </summary>
internal sealed class EtcdReader(Stream stream)
{
    /// <summary>10,000 streams of 4 KB in base64, which is more than an etcd gives in one answer.</summary>
    public const int BytesMax = 64 << 20;

    /// <summary>The words of a refusal; what is longer is a page of somebody else's.</summary>
    private const int RefusalBytesMax = 16 << 10;

    private const int BytesMin = 8 << 10;

    private byte[] _buffer = new byte[BytesMin];

    /// <summary>What was read and not given out: from here to <see cref="_end"/>.</summary>
    private int _begin;
    private int _end;

    /// <summary>The whole answer.</summary>
    /// <exception cref="IOException">It is too long, or it breaks off.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static async Task<JsonDocument> JsonAsync(Stream stream, CancellationToken stop)
    {
        EtcdReader reader = new(stream);
        while (await reader.MoreAsync(stop))
        {
        }

        return JsonDocument.Parse(reader._buffer.AsMemory(0, reader._end)); // the buffer is the document's from now on
    }

    /// <summary>The beginning of it.</summary>
    public static async Task<byte[]> BeginningAsync(Stream stream, CancellationToken stop)
    {
        EtcdReader reader = new(stream);
        while (reader._end < RefusalBytesMax && await reader.MoreAsync(stop))
        {
        }

        return reader._buffer[..Math.Min(reader._end, RefusalBytesMax)];
    }

    /// <summary>The next line without its end; it is good until the next call. Null: there is none.</summary>
    /// <exception cref="IOException">It is too long, or the connection broke.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> LineAsync(CancellationToken stop)
    {
        int searched = _begin;
        while (true)
        {
            int length = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_begin, searched + length - _begin);
                _begin = searched + length + 1;
                return line;
            }

            int known = _end - _begin;
            if (!await MoreAsync(stop))
            {
                return null;
            }

            searched = _begin + known;
        }
    }

    /// <summary>False: that was all.</summary>
    private async ValueTask<bool> MoreAsync(CancellationToken stop)
    {
        if (_end == _buffer.Length)
        {
            MakeRoom();
        }

        int read = await stream.ReadAsync(_buffer.AsMemory(_end), stop);
        _end += read;
        return read > 0;
    }

    private void MakeRoom()
    {
        int length = _end - _begin;
        byte[] target = _begin > 0 && length <= _buffer.Length / 2 ? _buffer
            : _buffer.Length < BytesMax ? new byte[_buffer.Length * 2]
            : throw new IOException($"an answer of more than {BytesMax >> 20} MB");
        _buffer.AsSpan(_begin, length).CopyTo(target);
        (_buffer, _begin, _end) = (target, 0, length);
    }
}
