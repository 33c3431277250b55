using System.Buffers;
using System.Diagnostics;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Takes a camera's byte stream apart: RTSP messages and <c>$</c> frames in any order, from the first byte on, split anywhere. Whole units are parsed
/// where they lie; only a unit that is cut by the end of a read is copied. After garbage it looks for <c>$</c> with a channel of ours or for
/// <c>RTSP/1.</c>, within bounds.
/// </summary>
internal sealed class InterleavedDemux(IInterleavedHandler handler)
{
    /// <summary>Garbage in one piece after which the stream is given up: four of the largest frames.</summary>
    public const int GarbageBytesMax = 4 * 65_540;

    /// <summary>What is kept for units that reads cut: a longer message gets more while it comes.</summary>
    private const int KeptBytesMax = 64 * 1024;

    /// <summary>What a frame, an answer, an empty line or a request begins with.</summary>
    private static readonly SearchValues<byte> s_starts = SearchValues.Create("$R\r\nOAGSDPT"u8);

    /// <summary>By channel: media is expected on it. Once true it stays; then <see cref="_hasChannels"/> is true too.</summary>
    private readonly bool[] _channels = new bool[256];

    /// <summary>The unit that a read cut: its first <see cref="_count"/> bytes are waiting; 0: the next read begins with a unit.</summary>
    private byte[] _pending = [];
    private int _count;

    /// <summary>What the next message is read into; replaced when the handler keeps it.</summary>
    private RtspMessage _message = new();
    private bool _hasChannels;

    /// <summary>A whole message has come: it is RTSP, and what is behind a message is garbage between two at the worst. Once true it stays.</summary>
    private bool _hasSpoken;

    /// <summary>The last byte that was consumed ended a frame or a message; false from the first byte of garbage to the next whole unit.</summary>
    private bool _inStep = true;

    /// <summary>Bytes of garbage since the last whole unit; 0 while in step.</summary>
    private int _garbage;

    /// <summary>A unit is being handled: whoever is called then and releases goes on with the next one by returning.</summary>
    private bool _isConsuming;

    /// <summary>Between <see cref="Hold"/> and <see cref="Release"/>.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Bytes that belonged to nothing.</summary>
    public long SkippedBytes { get; private set; }

    /// <summary>What is held for units that reads cut.</summary>
    public int BufferBytes => _pending.Length;

    /// <summary>True once the stream is of no more use; further bytes are ignored.</summary>
    public bool Stopped { get; private set; }

    /// <summary>From now on frames on that channel are expected.</summary>
    public void Expect(byte channel)
    {
        _channels[channel] = true;
        _hasChannels = true;
    }

    /// <summary>The owner has closed the stream.</summary>
    public void Stop() => Stopped = true;

    /// <summary>
    /// Nothing more is given to the handler until <see cref="Release"/>, from the unit on that follows the present one; what has come is kept, so
    /// whoever holds has the stream read no further.
    /// </summary>
    public void Hold() => IsHeld = true;

    /// <summary>
    /// Goes on after <see cref="Hold"/>, with what was kept. Within a call of the handler it goes on when that has returned. May be held again by it.
    /// </summary>
    public void Release()
    {
        IsHeld = false;
        if (_isConsuming || _count == 0 || Stopped)
        {
            return;
        }

        int consumed = Consume(_pending.AsSpan(0, _count));
        _count -= consumed;
        _pending.AsSpan(consumed, _count).CopyTo(_pending);
    }

    /// <summary>Takes the next bytes of the stream.</summary>
    public void OnBytes(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !Stopped)
        {
            if (IsHeld)
            {
                Keep(bytes);
                return;
            }

            if (_count == 0)
            {
                int used = Consume(bytes);
                Keep(bytes[used..]);
                return;
            }

            bool isMessage = _pending[0] != InterleavedFrame.Magic;
            int taken = Math.Min(Missing(), bytes.Length);
            Keep(bytes[..taken]);
            int consumed = Consume(_pending.AsSpan(0, _count));
            int left = _count - consumed;
            if (left <= taken)
            {
                // What is left came with this read: go on where it lies.
                bytes = bytes[(taken - left)..];
                _count = 0;
                _pending = isMessage && _pending.Length > KeptBytesMax ? [] : _pending;
            }
            else
            {
                _pending.AsSpan(consumed, left).CopyTo(_pending);
                _count = left;
                bytes = bytes[taken..];
            }
        }
    }

    /// <summary>
    /// How many bytes the unit at the front still lacks, as far as that is known: a frame's rest, or whatever there is for a message.
    /// </summary>
    private int Missing()
    {
        if (_pending[0] != InterleavedFrame.Magic)
        {
            return int.MaxValue;
        }

        if (_count < InterleavedFrame.HeaderBytes)
        {
            return InterleavedFrame.HeaderBytes - _count;
        }

        int wanted = InterleavedFrame.HeaderBytes + ((_pending[2] << 8) | _pending[3]);
        return Math.Max(1, wanted - _count);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || Stopped)
        {
            return;
        }

        if (_pending.Length < _count + bytes.Length)
        {
            // Bounded: a message by the parser's limits, a frame by its 16-bit length, plus one read. By half as much again, so that a camera with a
            // long description is not held twice over.
            int wanted = _count + bytes.Length;
            Array.Resize(ref _pending, Math.Max(4096, wanted + (wanted / 2)));
        }

        bytes.CopyTo(_pending.AsSpan(_count));
        _count += bytes.Length;
        Debug.Assert(_count <= _pending.Length, "What waits has room.");
    }

    /// <summary>Handles every whole unit; what is left needs more bytes.</summary>
    private int Consume(ReadOnlySpan<byte> bytes)
    {
        Debug.Assert(!_inStep || _garbage == 0, "In step there is no garbage.");
        _isConsuming = true;
        int position = 0;
        while (position < bytes.Length && !Stopped && !IsHeld)
        {
            int used = bytes[position] == InterleavedFrame.Magic ? ConsumeFrame(bytes[position..]) : ConsumeText(bytes[position..]);
            if (used == 0)
            {
                break;
            }

            position += used;
        }

        _isConsuming = false;
        return position;
    }

    private int ConsumeFrame(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < InterleavedFrame.HeaderBytes)
        {
            return 0;
        }

        byte channel = bytes[1];
        int length = (bytes[2] << 8) | bytes[3];
        if (!_inStep)
        {
            // A chance dollar sign in garbage: only a channel of ours with a version 2 packet behind it counts.
            if (!_channels[channel])
            {
                return Skip(1);
            }

            if (bytes.Length == InterleavedFrame.HeaderBytes)
            {
                return 0;
            }

            if (bytes[InterleavedFrame.HeaderBytes] >> 6 != 2)
            {
                return Skip(1);
            }
        }

        if (bytes.Length < InterleavedFrame.HeaderBytes + length)
        {
            return 0;
        }

        InStep();
        handler.OnFrame(channel, bytes.Slice(InterleavedFrame.HeaderBytes, length));
        return InterleavedFrame.HeaderBytes + length;
    }

    private int ConsumeText(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] is (byte)'\r' or (byte)'\n')
        {
            return 1;
        }

        // The search below passes over what is not among the starts. Here, too: where a read ends must not decide what in garbage is taken for a
        // message.
        if (!_inStep && !s_starts.Contains(bytes[0]))
        {
            return Garbage(bytes);
        }

        switch (RtspStart.Look(bytes))
        {
            case ParseStatus.NeedMore:
                return 0;
            case ParseStatus.Malformed:
                return _inStep ? ConsumeUnknownRequest(bytes) : Garbage(bytes);
        }

        switch (RtspMessageParser.TryParse(bytes, _message, RtspLimits.Client, out int consumed, out RtspDefect defect))
        {
            case ParseStatus.Complete:
                Give();
                return consumed;
            case ParseStatus.NeedMore:
                return 0;
            default:
                return Defect(bytes, defect);
        }
    }

    /// <summary>
    /// A request with a method that we do not know is answered (501), not skipped; but only a whole head with a CSeq is one, everything else is
    /// garbage.
    /// </summary>
    private int ConsumeUnknownRequest(ReadOnlySpan<byte> bytes)
    {
        ParseStatus status = RtspStart.LookUnknownRequest(bytes);
        int consumed = 0;
        if (status == ParseStatus.Complete)
        {
            status = RtspMessageParser.TryParse(bytes, _message, RtspLimits.Client, out consumed, out _);
        }

        if (status == ParseStatus.NeedMore)
        {
            return 0;
        }

        if (status == ParseStatus.Malformed || _message.CSeq is null)
        {
            return Garbage(bytes);
        }

        Give();
        return consumed;
    }

    /// <summary>A message is whole. One that the handler does not keep gives its buffers back: a camera may send as many as it likes.</summary>
    private void Give()
    {
        InStep();
        _hasSpoken = true;
        if (handler.OnMessage(_message))
        {
            _message = new RtspMessage();
        }
        else
        {
            _message.Trim();
        }
    }

    private int Defect(ReadOnlySpan<byte> bytes, RtspDefect defect)
    {
        if (_hasChannels && !DefectIsLimit(defect))
        {
            return Garbage(bytes);
        }

        Stopped = true;
        handler.OnUnusable(DefectIsLimit(defect), defect.ToString());
        return 0;
    }

    private static bool DefectIsLimit(RtspDefect defect) => RtspStart.IsLimit(defect);

    /// <summary>Not the start of anything: skips to the next byte that could be one.</summary>
    private int Garbage(ReadOnlySpan<byte> bytes)
    {
        if (!_hasChannels && !_hasSpoken)
        {
            // Nothing but answers can come before the first SETUP, and this is none. Quirk: cameras send the end of a C string behind an answer, or
            // more of a description than they say.
            Stopped = true;
            handler.OnUnusable(false, "it does not begin like an RTSP message");
            return 0;
        }

        int next = bytes[1..].IndexOfAny(s_starts);
        return Skip(next < 0 ? bytes.Length : next + 1);
    }

    private int Skip(int count)
    {
        _inStep = false;
        SkippedBytes += count;
        _garbage += count;
        if (_garbage > GarbageBytesMax)
        {
            Stopped = true;
            handler.OnUnusable(false, "too many bytes in a row that are neither RTSP nor interleaved media");
        }

        return count;
    }

    private void InStep()
    {
        _inStep = true;
        _garbage = 0;
    }
}
