using System.Buffers;

namespace FastRtspProxy.TestPeers;

/// <summary>Byte sequences in several segments, as a pipe hands them out.</summary>
public sealed class SplitSequence : ReadOnlySequenceSegment<byte>
{
    private SplitSequence(ReadOnlyMemory<byte> memory, long index)
    {
        Memory = memory;
        RunningIndex = index;
    }

    /// <summary>The bytes cut at the given offsets, which must ascend; equal offsets make empty segments.</summary>
    public static ReadOnlySequence<byte> At(ReadOnlyMemory<byte> bytes, params ReadOnlySpan<int> cuts)
    {
        int start = 0;
        SplitSequence? first = null;
        SplitSequence? last = null;
        for (int i = 0; i <= cuts.Length; i++)
        {
            int end = i < cuts.Length ? cuts[i] : bytes.Length;
            SplitSequence next = new(bytes[start..end], start);
            first ??= next;
            if (last is not null)
            {
                last.Next = next;
            }

            last = next;
            start = end;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    /// <summary>Each byte in a segment of its own.</summary>
    public static ReadOnlySequence<byte> Bytewise(ReadOnlyMemory<byte> bytes)
    {
        int[] cuts = new int[Math.Max(0, bytes.Length - 1)];
        for (int i = 0; i < cuts.Length; i++)
        {
            cuts[i] = i + 1;
        }

        return At(bytes, cuts);
    }
}
