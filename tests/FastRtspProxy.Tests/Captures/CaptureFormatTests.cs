using System.IO.Compression;
using System.Text;
using FastRtspProxy.Captures;

namespace FastRtspProxy.Tests.Captures;

/// <summary>The file: written and read back, cut anywhere, and in the hands of strangers.</summary>
public sealed class CaptureFormatTests
{
    private static readonly CaptureHeader s_header = new() { Values = [new("tool", "test 1"), new("url", "rtsp://192.0.2.1/w1")] };

    [Fact]
    public void Reader_GivesWhatWasWritten()
    {
        CaptureRecord[] records = Records();

        using CaptureReader reader = new(new MemoryStream(Written(records)));
        List<CaptureRecord> read = ReadAll(reader);

        Assert.Equal("test 1", reader.Header["tool"]);
        Assert.False(reader.IsCut);
        Assert.Equal(records.Length + 1, read.Count);
        for (int i = 0; i < records.Length; i++)
        {
            Assert.Equal(records[i] with { Bytes = [] }, read[i] with { Bytes = [] });
            Assert.Equal(records[i].Bytes, read[i].Bytes);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reader_OfAFileThatIsCutAnywhere_GivesWholeRecordsAndSaysSo(bool isPacked)
    {
        CaptureRecord[] records = Records();
        byte[] whole = isPacked ? Written(records) : Unpacked(Written(records));
        int last = -1;
        for (int length = 0; length < whole.Length; length++)
        {
            List<CaptureRecord> read = [];
            try
            {
                using CaptureReader reader = new(new MemoryStream(whole[..length]));
                read = ReadAll(reader);
                Assert.True(reader.IsCut || read[^1].Kind == CaptureKind.End, $"cut at {length}");
            }
            catch (CaptureDefectException e)
            {
                Assert.True(read.Count == 0, e.Message); // the first line is not there yet
            }

            Assert.True(read.Count >= last - 1, "the newest record alone may be in doubt");
            last = Math.Max(last, read.Count);
            for (int i = 0; i < Math.Min(read.Count, records.Length); i++)
            {
                // A file of lines that is cut between two lines of a block looks whole up to there.
                Assert.True(records[i].Bytes.AsSpan().StartsWith(read[i].Bytes) && (read[i].Bytes.Length == records[i].Bytes.Length || i == read.Count - 1));
            }
        }
    }

    [Fact]
    public void Writer_ThatIsKilled_LeavesWhatItFlushed()
    {
        using MemoryStream file = new();
        CaptureWriter writer = new(file, s_header, long.MaxValue);
        foreach (CaptureRecord record in Records())
        {
            writer.TryWrite(record);
        }

        writer.Flush(2_000_000);

        using CaptureReader reader = new(new MemoryStream(file.ToArray()));
        Assert.True(ReadAll(reader).Count >= Records().Length - 1);
        Assert.True(reader.IsCut);
    }

    [Fact]
    public void Writer_AtItsSize_TakesNoMore()
    {
        using MemoryStream file = new();
        CaptureWriter writer = new(file, s_header, 20_000);
        byte[] noise = new byte[1400];
        int taken = 0;
        for (int i = 0; i < 1000; i++)
        {
            Random.Shared.NextBytes(noise);
            taken += writer.TryWrite(new CaptureRecord(CaptureKind.Rtp, CaptureSide.Camera, i * 1_000_000L) { Bytes = noise }) ? 1 : 0;
        }

        writer.Dispose();
        Assert.InRange(taken, 2, 100);
        Assert.InRange(file.ToArray().Length, 20_000, 26_000);
    }

    [Theory]
    [InlineData("", "the file does not begin with")]
    [InlineData("frpcap 2\n", "no capture of this version")]
    [InlineData("\x7fELF\n", "no capture of this version")]
    [InlineData("frpcap 1\nnothing\n", "line 2 (byte 9): neither a name with its value nor a record")]
    [InlineData("frpcap 1\n< 0.000000 c1\n", "line 2 (byte 9): a record has a sign, a time, a place and a kind")]
    [InlineData("frpcap 1\n< 0.0 c1 message\n", "the time is seconds and six digits")]
    [InlineData("frpcap 1\n< 99999.000000 c1 message\n", "within a day")]
    [InlineData("frpcap 1\n< -1.000000 c1 message\n", "the time is")]
    [InlineData("frpcap 1\n< 0.000000 x message\n", "the place is u, c and a number")]
    [InlineData("frpcap 1\n< 0.000000 c0 message\n", "the place is")]
    [InlineData("frpcap 1\n< 0.000000 c1.256 rtp\n", "the place is")]
    [InlineData("frpcap 1\n< 0.000000 c4294967297 rtp\n", "the place is")]
    [InlineData("frpcap 1\n< 0.000000 u include /etc/passwd\n", "no such kind of record")]
    [InlineData("frpcap 1\n! 0.000000 - rtp\n", "no such kind of record")]
    [InlineData("frpcap 1\n< 0.000000 u rtp 99\n", "the track is a small number")]
    [InlineData("frpcap 1\n< 0.000000 u rtp 0\n=0\n", "line 3 (byte 28): the bytes of a packet are pairs")]
    [InlineData("frpcap 1\n< 0.000000 u rtp 0\n=*99999999999\n", "the number of zeros")]
    [InlineData("frpcap 1\n< 0.000000 u rtp 0\n=*40000\n=*40000\n", "the number of zeros")]
    [InlineData("frpcap 1\n< 0.000000 c1 message\n|\\y\n", "a backslash is followed by")]
    [InlineData("frpcap 1\n! 0.000000 - note a\n|text\n", "an event has no block")]
    [InlineData("frpcap 1\n< 0.000000 u rtp 0\nnonsense\n", "begins with none of")]
    public void Reader_OfWhatIsNoCapture_SaysWhereAndWhat(string text, string sentence)
    {
        CaptureDefectException e = Assert.Throws<CaptureDefectException>(() =>
        {
            using CaptureReader reader = new(new MemoryStream(Encoding.Latin1.GetBytes(text)));
            ReadAll(reader);
        });

        Assert.Contains(sentence, e.Message, StringComparison.Ordinal);
    }

    /// <summary>A gigabyte of one line, which packs to a megabyte.</summary>
    [Fact]
    public void Reader_OfALineThatNeverEnds_StopsAtItsBound()
    {
        using MemoryStream file = new();
        using (GZipStream packed = new(file, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] piece = new byte[1 << 20];
            Array.Fill(piece, (byte)'a');
            packed.Write("frpcap 1\n"u8);
            for (int i = 0; i < 64; i++)
            {
                packed.Write(piece);
            }
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        CaptureDefectException e = Assert.Throws<CaptureDefectException>(() => new CaptureReader(new MemoryStream(file.ToArray())));
        Assert.Contains("is longer than", e.Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
    }

    [Fact]
    public void Text_OfAnyBytes_IsReadBack()
    {
        Random random = new(7);
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = new byte[random.Next(0, i < 10 ? 30_000 : 300)];
            random.NextBytes(bytes);
            for (int k = 0; k < bytes.Length; k++)
            {
                bytes[k] = random.Next(4) switch { 0 => bytes[k], 1 => (byte)'\n', 2 => (byte)'\r', _ => 0 };
            }

            Assert.Equal(bytes, ReadBack(CaptureKind.Message, bytes));
            Assert.Equal(bytes, ReadBack(CaptureKind.Rtp, bytes));
        }
    }

    private static byte[] ReadBack(CaptureKind kind, byte[] bytes)
    {
        using CaptureReader reader = new(new MemoryStream(Written([new CaptureRecord(kind, CaptureSide.Camera, 1) { Bytes = bytes }])));
        return ReadAll(reader)[0].Bytes;
    }

    private static CaptureRecord[] Records() =>
    [
        new(CaptureKind.Open, CaptureSide.None, 0) { Connection = 1, Text = "tcp" },
        new(CaptureKind.Message, CaptureSide.Client, 0) { Connection = 1, Bytes = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"u8.ToArray() },
        new(CaptureKind.Message, CaptureSide.Camera, 12_345) { Connection = 1, Bytes = "RTSP/1.0 200 OK\nCSeq: 1\n\nä\\no end"u8.ToArray() },
        new(CaptureKind.Rtp, CaptureSide.Camera, 1_000_001) { Connection = 1, Channel = 0, Track = 0, Bytes = [0x80, 96, 0, 1, .. new byte[40], 7] },
        new(CaptureKind.Rtcp, CaptureSide.Client, 1_000_002) { Track = 1, Bytes = [0x80, 201, 0, 1, 1, 2, 3, 4] },
        new(CaptureKind.Data, CaptureSide.Camera, 1_000_003) { Bytes = [] },
        new(CaptureKind.Garbage, CaptureSide.Camera, 1_000_004) { Connection = 1, Bytes = new byte[300] },
        new(CaptureKind.Note, CaptureSide.None, 1_000_005) { Text = "two words" },
        new(CaptureKind.Close, CaptureSide.None, 1_000_006) { Connection = 1, Text = "by the camera" },
    ];

    private static byte[] Written(CaptureRecord[] records)
    {
        using MemoryStream file = new();
        using (CaptureWriter writer = new(file, s_header, long.MaxValue))
        {
            Assert.All(records, record => Assert.True(writer.TryWrite(record)));
            writer.End(2_000_000, "done");
        }

        return file.ToArray();
    }

    private static byte[] Unpacked(byte[] file)
    {
        using MemoryStream text = new();
        using GZipStream packed = new(new MemoryStream(file), CompressionMode.Decompress);
        packed.CopyTo(text);
        return text.ToArray();
    }

    private static List<CaptureRecord> ReadAll(CaptureReader reader)
    {
        List<CaptureRecord> records = [];
        while (reader.TryRead(out CaptureRecord record))
        {
            records.Add(record);
        }

        return records;
    }
}
