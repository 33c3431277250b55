namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// Puts a section of a program table together from the packets that it is spread over (ISO/IEC 13818-1 section 2.4.4). Mutable; allocates at its
/// making only.
/// </summary>
internal sealed class TransportSection
{
    /// <summary>Three bytes and a length of at most 1,021 for PAT and PMT.</summary>
    private const int BytesMax = 1024;

    private readonly byte[] _bytes = new byte[BytesMax];

    /// <summary>What is there so far; valid while <see cref="_isOpen"/>.</summary>
    private int _count;

    /// <summary>A section has begun and is not whole.</summary>
    private bool _isOpen;

    /// <summary>The section that <see cref="Add"/> has completed.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <summary>Takes a packet's content; true when the section is whole.</summary>
    public bool Add(ReadOnlySpan<byte> content, bool begins)
    {
        if (begins)
        {
            // pointer_field: how far the section is from here.
            _isOpen = !content.IsEmpty && content.Length > 1 + content[0];
            _count = 0;
            content = _isOpen ? content[(1 + content[0])..] : default;
        }

        if (!_isOpen)
        {
            return false;
        }

        int taken = int.Min(content.Length, BytesMax - _count);
        content[..taken].CopyTo(_bytes.AsSpan(_count));
        _count += taken;
        if (_count < 3)
        {
            return false;
        }

        int whole = 3 + (((_bytes[1] & 0x0f) << 8) | _bytes[2]);
        if (whole > BytesMax)
        {
            _isOpen = false;
            return false;
        }

        if (_count < whole)
        {
            return false;
        }

        _isOpen = false;
        _count = whole;
        return true;
    }
}
