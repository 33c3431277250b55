namespace FastRtspProxy.Fuzz.Targets;

/// <summary>Reads `FRP`, a kind, and a field behind its length, with faults planted on purpose. By chance alone nobody comes past the four letters.</summary>
internal static class PlantedParser
{
    private const int EndlessRounds = int.MaxValue;

    public static int Read(ReadOnlySpan<byte> input) => KindOf(input) switch
    {
        (byte)'t' => input[4 + input[4]], // throws: the length is believed
        (byte)'m' => new byte[input[4] * 4096].Length, // takes what the peer says
        (byte)'c' => Spin(input[4]), // needs more than 50 ms from some lengths on
        _ => 0,
    };

    public static int ReadWithoutEnd(ReadOnlySpan<byte> input) => KindOf(input) == (byte)'h' ? Spin(EndlessRounds) : 0;

    private static byte KindOf(ReadOnlySpan<byte> input)
    {
        if (input.Length < 5 || input[0] != (byte)'F')
        {
            return 0;
        }

        if (input[1] != (byte)'R')
        {
            return 1;
        }

        return input[2] == (byte)'P' ? input[3] : (byte)2;
    }

    private static int Spin(int rounds)
    {
        int sum = 0;
        for (long i = 0; i < rounds * 1_000_000L; i++)
        {
            sum = unchecked((sum * 31) + (int)i);
        }

        return sum;
    }
}
