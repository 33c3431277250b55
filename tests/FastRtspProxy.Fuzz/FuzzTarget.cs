namespace FastRtspProxy.Fuzz;

/// <summary>One parser of bytes from a peer, what it may cost, and what must hold of its answers.</summary>
internal abstract class FuzzTarget
{
    /// <summary>The name on the command line, and of the target's folder in the corpus and its dictionary.</summary>
    public abstract string Name { get; }

    /// <summary>The bytes that <see cref="Parse"/> may allocate whatever the input is.</summary>
    public abstract int FixedBytes { get; }

    /// <summary>The bytes that <see cref="Parse"/> may allocate for each byte of the input on top of that.</summary>
    public abstract int BytesPerInputByte { get; }

    /// <summary>Runs the parser alone: this is what <see cref="FuzzGuard"/> measures. It may run several times for one input.</summary>
    public abstract void Parse(ReadOnlySpan<byte> input);

    /// <summary>Runs the parser again, whole and in pieces, and states by <see cref="Property"/> what must hold.</summary>
    public abstract void Check(ReadOnlySpan<byte> input);
}
