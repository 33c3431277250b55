using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Tests.Net.Tls;

public sealed class TlsRecordMeterTests
{
    /// <summary>Three records, one of them empty, in pieces of every size: only at their ends is none under way.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(1000)]
    public void TryAdd_RecordsInPieces_KnowsWhereTheyEnd(int pieceBytes)
    {
        byte[] bytes = [.. Record(3), .. Record(0), .. Record(300)];
        int[] ends = [8, 13, 318];
        TlsRecordMeter meter = default;
        for (int at = 0; at < bytes.Length; at += pieceBytes)
        {
            int end = Math.Min(at + pieceBytes, bytes.Length);

            Assert.True(meter.TryAdd(bytes.AsSpan(at..end)));
            Assert.Equal(!ends.Contains(end), meter.IsMidRecord);
        }
    }

    [Theory]
    [InlineData(16_384 + 2048, true)]
    [InlineData(16_384 + 2049, false)]
    [InlineData(0xFFFF, false)]
    public void TryAdd_TheLongestRecord_IsTakenAndALongerOneIsNot(int length, bool isTaken)
    {
        TlsRecordMeter meter = default;

        Assert.Equal(isTaken, meter.TryAdd([23, 3, 3, (byte)(length >> 8), (byte)length]));
    }

    private static byte[] Record(int length) => [23, 3, 3, (byte)(length >> 8), (byte)length, .. new byte[length]];
}
