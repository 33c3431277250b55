using System.Buffers.Binary;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Captures.Recording;

/// <summary>
/// Takes one direction of an RTSP connection apart, split anywhere: messages with their bytes as they stood, and frames. What is neither is passed
/// over up to the next thing that could be one. Bounded by the limits of a message.
/// </summary>
internal sealed class StreamCutter(IStreamUnits units)
{
    /// <summary>Wider than what the proxy takes: a message that it refuses is what a report may be about. Head and body fit a record.</summary>
    private static readonly RtspLimits s_limits = new() { HeadBytes = 64 * 1024, HeaderLines = 1024, BodyBytes = 768 * 1024 };

    /// <summary>Channels that a frame after garbage may have: nobody uses higher ones.</summary>
    private const int ChannelsAfterGarbage = 32;

    private readonly RtspMessage _message = new();
    private byte[] _pending = [];
    private int _count;

    /// <summary>
    /// So many bytes of <see cref="_pending"/> make its first unit whole; 0: not known, because the head of a message has no end yet. What cannot be
    /// whole is not looked at again, however small the pieces are that come.
    /// </summary>
    private int _awaited;

    /// <summary>The next bytes of the stream.</summary>
    public void OnBytes(ReadOnlySpan<byte> bytes)
    {
        if (_count == 0)
        {
            Keep(bytes[Consume(bytes)..]);
            return;
        }

        Keep(bytes);
        if (!MayBeWhole(bytes.Length))
        {
            return;
        }

        int used = Consume(_pending.AsSpan(0, _count));
        _pending.AsSpan(used, _count - used).CopyTo(_pending);
        _count -= used;
    }

    /// <summary>Bytes of the stream are missing here: what was begun is never completed.</summary>
    public void OnGap()
    {
        if (_count > 0)
        {
            units.OnGarbage(_count);
            _count = 0;
        }
    }

    private bool MayBeWhole(int newBytes)
    {
        if (_awaited > 0)
        {
            return _count >= _awaited;
        }

        ReadOnlySpan<byte> fresh = _pending.AsSpan(Math.Max(0, _count - newBytes - 3), Math.Min(_count, newBytes + 3));
        return _pending[0] == InterleavedFrame.Magic || _count > s_limits.HeadBytes || fresh.IndexOf("\n\n"u8) >= 0 || fresh.IndexOf("\n\r\n"u8) >= 0;
    }

    private int Consume(ReadOnlySpan<byte> bytes)
    {
        int used = 0;
        while (used < bytes.Length)
        {
            int step = Step(bytes[used..]);
            if (step == 0)
            {
                break;
            }

            used += step;
        }

        return used;
    }

    /// <summary>How many bytes the unit at the front has; 0: it is not whole yet.</summary>
    private int Step(ReadOnlySpan<byte> bytes)
    {
        _awaited = 0;
        if (bytes[0] == InterleavedFrame.Magic)
        {
            _awaited = bytes.Length < InterleavedFrame.HeaderBytes
                ? InterleavedFrame.HeaderBytes
                : InterleavedFrame.HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
            if (InterleavedFrame.TryParse(bytes, out InterleavedFrame frame, out int frameBytes) == ParseStatus.Complete)
            {
                units.OnFrame(frame.Channel, frame.Payload);
            }

            return frameBytes;
        }

        switch (RtspMessageParser.TryParse(bytes, _message, s_limits, out int consumed, out _))
        {
            case ParseStatus.Complete:
                units.OnMessage(bytes[..consumed], _message);
                return consumed;
            case ParseStatus.NeedMore:
                bool hasHead = RtspMessageParser.TryParseHead(bytes, _message, s_limits, out int head, out int body, out _) == ParseStatus.Complete;
                _awaited = hasHead ? head + body : 0;
                return 0;
            default:
                int garbage = NextStart(bytes);
                units.OnGarbage(garbage);
                return garbage;
        }
    }

    private static int NextStart(ReadOnlySpan<byte> bytes)
    {
        for (int i = 1; i < bytes.Length; i++)
        {
            bool isFrame = bytes[i] == InterleavedFrame.Magic && (i + 1 == bytes.Length || bytes[i + 1] < ChannelsAfterGarbage);
            bool isLine = bytes[i - 1] == '\n' && char.IsAsciiLetterUpper((char)bytes[i]);
            if (isFrame || isLine || bytes[i..].StartsWith("RTSP/1."u8))
            {
                return i;
            }
        }

        return bytes.Length;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_count + bytes.Length > _pending.Length)
        {
            Array.Resize(ref _pending, Math.Max(4096, _count + bytes.Length + (_count / 2)));
        }

        bytes.CopyTo(_pending.AsSpan(_count));
        _count += bytes.Length;
    }
}
