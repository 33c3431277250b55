using FastRtspProxy.Captures;
using FastRtspProxy.Captures.PacketFiles;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>A packet capture from anybody: it is read or refused with a sentence, and each reading finds the same sessions.</summary>
internal sealed class PacketFileTarget : FuzzTarget
{
    public override string Name => "packet-file";

    /// <summary>The reader's buffer: the largest frame.</summary>
    public override int FixedBytes => 2 << 20;

    /// <summary>Of a frame of sixty bytes: a conversation, its two directions and the cutter of its requests.</summary>
    public override int BytesPerInputByte => 1 << 10;

    public override void Parse(ReadOnlySpan<byte> input) => _ = Find(input.ToArray());

    public override void Check(ReadOnlySpan<byte> input)
    {
        byte[] bytes = input.ToArray();
        SessionFinder once = Find(bytes);
        SessionFinder again = Find(bytes);
        Property.Equal(once.Sessions.Count, again.Sessions.Count);
        for (int i = 0; i < once.Sessions.Count; i++)
        {
            Property.Equal(once.Sessions[i], again.Sessions[i]);
        }

        try
        {
            _ = PacketCapture.Write(() => new MemoryStream(bytes), static () => new MemoryStream(), null, withMedia: false, 1 << 20, "fuzz");
        }
        catch (CaptureDefectException e)
        {
            Property.Holds(e.Message.Length > 0, "a defect is a sentence");
        }
    }

    private static SessionFinder Find(byte[] bytes)
    {
        SessionFinder finder = new();
        try
        {
            using PacketFileReader reader = new(new MemoryStream(bytes));
            new PacketWalk(finder).Read(reader);
        }
        catch (CaptureDefectException e)
        {
            Property.Holds(e.Message.Length > 0, "a defect is a sentence");
        }

        finder.Flush();
        return finder;
    }
}
