using System.Numerics;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Which of the next numbers of a stream have come in packets that are not passed on: some cameras send data of their own between their pictures.
/// They are no more than a hint. A packet of the stream that has such a number all the same goes its way. A mutable struct: a private field of
/// whoever says which number is the next one, and moves it on.
/// </summary>
internal struct LeftOutNumbers
{
    /// <summary>The next number, and those behind it.</summary>
    public const int Capacity = 64;

    /// <summary>The next number's in the lowest bit.</summary>
    private ulong _bits;

    /// <summary>None has come.</summary>
    public readonly bool IsEmpty => _bits == 0;

    /// <summary>The next number has come.</summary>
    public readonly bool HasNext => (_bits & 1) != 0;

    /// <summary>A number has come.</summary>
    /// <param name="ahead">How far behind the next one; below 0 or beyond <see cref="Capacity"/>: it is not noted.</param>
    public void Note(int ahead) => _bits |= (uint)ahead < Capacity ? 1UL << ahead : 0;

    /// <summary>How many of the next ones have come.</summary>
    /// <param name="next">0 and up; those beyond <see cref="Capacity"/> have not.</param>
    public readonly int Among(int next) => BitOperations.PopCount(next < Capacity ? _bits & ((1UL << next) - 1) : _bits);

    /// <summary>The next number is another one.</summary>
    /// <param name="numbers">How far it has moved, 0 and up.</param>
    public void Advance(int numbers) => _bits = numbers < Capacity ? _bits >> numbers : 0;
}
