namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>Bytes that look like coded media: never zero, so that no start code and no emulation prevention can occur in them.</summary>
internal static class Noise
{
    private const int TableBytes = 64 * 1024;

    private static readonly byte[] s_table = Make();

    /// <summary>Fills the span with noise chosen by the draw; the same draw gives the same bytes.</summary>
    public static void Fill(Span<byte> output, ulong draw)
    {
        int from = (int)(draw % TableBytes);
        while (!output.IsEmpty)
        {
            int take = Math.Min(output.Length, TableBytes - from);
            s_table.AsSpan(from, take).CopyTo(output);
            output = output[take..];
            from = 0;
        }
    }

    private static byte[] Make()
    {
        byte[] table = new byte[TableBytes];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = (byte)(1 + Hash64.Of(42, (ulong)i) % 254);
        }

        return table;
    }
}
