using System.Text;
using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Tests.Net.Tls;

public sealed class PemFileTests
{
    private const string Block = "-----BEGIN CERTIFICATE-----\nAQIDBAUGBwgJ\n-----END CERTIFICATE-----\n";

    [Fact]
    public void Parse_TextBetweenBlocks_IsPassedOver()
    {
        using PemFile? file = PemFile.Parse(Encoding.UTF8.GetBytes($"\uFEFFBag Attributes: é\r\n{Block}subject=CN\n{Block.Replace("\n", "\r\n", StringComparison.Ordinal)}"), out string? defect);

        Assert.Null(defect);
        Assert.Equal(2, file!.Blocks.Count);
        Assert.All(file.Blocks, static block => Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], block.Bytes));
    }

    /// <summary>Wherever a writer was interrupted, what it left is no PEM file, or one without the block that was cut.</summary>
    [Fact]
    public void Parse_CutAtEachByte_NeverHasHalfABlock()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Block + Block);
        int end = bytes.Length / 2;

        for (int length = 0; length < bytes.Length - 1; length++)
        {
            using PemFile? file = PemFile.Parse(bytes.AsSpan(0, length), out string? defect);
            Assert.True(file is null == defect is not null);
            Assert.InRange(file?.Blocks.Count ?? 0, 0, length >= end - 1 ? 1 : 0);
            Assert.True(file is null || length < 11 || (length >= end - 1 && length < end + 11), $"{length} of {bytes.Length}");
        }
    }

    [Fact]
    public void Dispose_Blocks_AreWiped()
    {
        PemFile file = PemFile.Parse(Encoding.ASCII.GetBytes(Block), out _)!;
        byte[] bytes = file.Blocks[0].Bytes;

        file.Dispose();

        Assert.All(bytes, static value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("0\u0082", "is binary")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAQ%D\n-----END CERTIFICATE-----\n", "is damaged")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAQIDB\n-----END CERTIFICATE-----\n", "is damaged")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAQID\n-----END PRIVATE KEY-----\n", "is cut off")]
    [InlineData("-----BEGIN CERTIFICATE", "is cut off")]
    [InlineData("-----BEGIN s3cret\u001b-----\nAQID", "\"BEGIN ...\"")]
    public void Parse_NoPem_SaysWhatIsWrong(string text, string defect)
    {
        Assert.Null(PemFile.Parse(Encoding.Latin1.GetBytes(text), out string? said));

        Assert.Contains(defect, said, StringComparison.Ordinal);
        Assert.DoesNotContain("AQ", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_RandomBytes_NeverThrows()
    {
        Random random = new(7);
        byte[] bytes = Encoding.ASCII.GetBytes(Block + Block);
        for (int i = 0; i < 2000; i++)
        {
            byte[] changed = [.. bytes];
            for (int k = random.Next(4); k >= 0; k--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            using PemFile? file = PemFile.Parse(changed, out string? defect);
            Assert.True(file is null == defect is not null);
        }
    }
}
