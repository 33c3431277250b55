namespace FastRtspProxy.Protocol.Srtp;

/// <summary>
/// Which of the newest packets have come (RFC 3711 section 3.3.2), as a ring of words of which those ahead are cleared (RFC 6479). Only packets that
/// are genuine may be taken: anybody else could push the window ahead.
/// </summary>
internal sealed class ReplayWindow
{
    /// <summary>
    /// A power of two. 64 packets are the least that RFC 3711 allows; a camera's key frame alone has some hundred that UDP may reorder.
    /// </summary>
    private const int Words = 32;

    private const int BitsPerWord = 64;

    /// <summary>By the low bits of an index's word; what is older than <see cref="Packets"/> says nothing.</summary>
    private readonly ulong[] _seen = new ulong[Words];

    private ulong _highest;
    private bool _hasAny;

    /// <summary>So many indices below the highest are told apart.</summary>
    public const int Packets = (Words - 1) * BitsPerWord;

    /// <summary>True for an index that did not come, and is not too old to tell.</summary>
    public bool IsNew(ulong index) => !_hasAny || index > _highest
        || (_highest - index < Packets && (_seen[WordOf(index)] & BitOf(index)) == 0);

    /// <summary>A genuine packet of that index, which <see cref="IsNew"/>.</summary>
    public void Take(ulong index)
    {
        if (!_hasAny || index > _highest)
        {
            ulong steps = _hasAny ? Math.Min((index / BitsPerWord) - (_highest / BitsPerWord), Words) : Words;
            for (ulong i = 0; i < steps; i++)
            {
                _seen[WordOf(index - (i * BitsPerWord))] = 0;
            }

            _highest = index;
            _hasAny = true;
        }

        _seen[WordOf(index)] |= BitOf(index);
    }

    private static int WordOf(ulong index) => (int)((index / BitsPerWord) & (Words - 1));

    private static ulong BitOf(ulong index) => 1UL << (int)(index % BitsPerWord);
}
