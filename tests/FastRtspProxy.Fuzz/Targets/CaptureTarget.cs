using FastRtspProxy.Captures;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>A capture from anybody: it is read or refused with a sentence, and what was read is the same when it is written and read again.</summary>
internal sealed class CaptureTarget : FuzzTarget
{
    private readonly List<CaptureRecord> _records = [];

    public override string Name => "capture";

    /// <summary>The reader's buffer, that of the compression, and a record.</summary>
    public override int FixedBytes => 2 << 20;

    /// <summary>A run of zeros costs seven bytes of the file, and is a packet of 64 KiB at most.</summary>
    public override int BytesPerInputByte => 8 << 10;

    public override void Parse(ReadOnlySpan<byte> input) => Read(input.ToArray());

    public override void Check(ReadOnlySpan<byte> input)
    {
        if (Read(input.ToArray()) is not { } header || _records.Exists(static record => record.Kind == CaptureKind.End))
        {
            return;
        }

        CaptureRecord[] first = [.. _records];
        using MemoryStream file = new();
        using (CaptureWriter writer = new(file, header, long.MaxValue))
        {
            foreach (CaptureRecord record in first)
            {
                Property.Holds(writer.TryWrite(record), "a file without a bound takes everything");
            }

            writer.End(0, "done");
        }

        Property.Holds(Read(file.ToArray()) is not null && _records.Count == first.Length + 1, "what is written is read");
        for (int i = 0; i < first.Length; i++)
        {
            Property.Holds(first[i].Bytes.AsSpan().SequenceEqual(_records[i].Bytes), "a block reads back");
            Property.Equal((first[i].Kind, first[i].Side, first[i].Micros, first[i].Connection, first[i].Channel), (_records[i].Kind, _records[i].Side, _records[i].Micros, _records[i].Connection, _records[i].Channel));
        }
    }

    private CaptureHeader? Read(byte[] bytes)
    {
        _records.Clear();
        try
        {
            using CaptureReader reader = new(new MemoryStream(bytes));
            while (reader.TryRead(out CaptureRecord record))
            {
                _records.Add(record);
            }

            return reader.Header;
        }
        catch (CaptureDefectException e)
        {
            Property.Holds(e.Message.Length > 0, "a defect is a sentence");
            return null;
        }
    }
}
