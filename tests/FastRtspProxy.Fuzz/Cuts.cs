namespace FastRtspProxy.Fuzz;

/// <summary>Where an input is cut: everywhere while it is short, else at places that follow from its own bytes, so that a failure can be run again.</summary>
internal static class Cuts
{
    private const int CutEverywhereBytes = 48;

    private const int Places = 12;

    /// <summary>Offsets at which an input is cut in two, ascending.</summary>
    public static int[] Of(ReadOnlySpan<byte> input)
    {
        if (input.Length <= CutEverywhereBytes)
        {
            int[] all = new int[input.Length + 1];
            for (int i = 0; i < all.Length; i++)
            {
                all[i] = i;
            }

            return all;
        }

        Random random = RandomOf(input);
        int[] some = new int[Places];
        for (int i = 0; i < some.Length; i++)
        {
            some[i] = random.Next(input.Length + 1);
        }

        Array.Sort(some);
        return some;
    }

    /// <summary>Gives the input to a consumer in random pieces, empty ones among them.</summary>
    public static void Feed(ReadOnlySpan<byte> input, SpanConsumer consumer)
    {
        Random random = RandomOf(input);
        int pieceMax = random.Next(3) switch { 0 => 3, 1 => 64, _ => 2048 };
        while (!input.IsEmpty)
        {
            int piece = Math.Min(random.Next(pieceMax + 1), input.Length);
            consumer(input[..piece]);
            input = input[piece..];
        }
    }

    private static Random RandomOf(ReadOnlySpan<byte> input)
    {
        HashOf hash = new();
        foreach (byte b in input)
        {
            hash.Add(b);
        }

        return new Random(hash.Value);
    }

    /// <summary>FNV-1a: System.HashCode is seeded anew in each process.</summary>
    private struct HashOf()
    {
        private uint _value = 2166136261;

        public readonly int Value => (int)(_value & int.MaxValue);

        public void Add(byte b) => _value = unchecked((_value ^ b) * 16777619);
    }
}
