using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// A camera's byte stream of messages, frames and garbage. The first byte says how many channels are ours. In any pieces it comes to the same messages and frames in
/// the same order, the same skipped bytes and the same end; nothing is handed on after the end.
/// </summary>
internal sealed class DemuxTarget : FuzzTarget
{
    public override string Name => "demux";

    /// <summary>A message has its buffers, 2 KiB, and the smallest takes 16 bytes of a stream.</summary>
    public override int FixedBytes => 16 * 1024;

    public override int BytesPerInputByte => 256;

    public override void Parse(ReadOnlySpan<byte> input) => Feed(input, Silent.Instance, static (stream, demux) => demux.OnBytes(stream));

    public override void Check(ReadOnlySpan<byte> input)
    {
        Events whole = new();
        InterleavedDemux wholeDemux = Feed(input, whole, static (stream, demux) => demux.OnBytes(stream));
        Events pieces = new();
        InterleavedDemux piecesDemux = Feed(input, pieces, static (stream, demux) => Cuts.Feed(stream, demux.OnBytes));
        Property.Equal(string.Join('\n', whole.Log), string.Join('\n', pieces.Log));
        Property.Equal(wholeDemux.Stopped, piecesDemux.Stopped);
        Property.Equal(whole.Log.Count > 0 && whole.Log[^1].StartsWith("unusable", StringComparison.Ordinal), wholeDemux.Stopped);
        if (!wholeDemux.Stopped)
        {
            Property.Equal(wholeDemux.SkippedBytes, piecesDemux.SkippedBytes);
        }
    }

    private static InterleavedDemux Feed(ReadOnlySpan<byte> input, IInterleavedHandler handler, Feeder feed)
    {
        InterleavedDemux demux = new(handler);
        int channels = input.IsEmpty ? 0 : input[0] & 7;
        for (int channel = 0; channel < channels; channel++)
        {
            demux.Expect((byte)channel);
        }

        feed(input.IsEmpty ? input : input[1..], demux);
        return demux;
    }

    private delegate void Feeder(ReadOnlySpan<byte> stream, InterleavedDemux demux);

    private sealed class Events : IInterleavedHandler
    {
        public List<string> Log { get; } = [];

        public void OnFrame(byte channel, ReadOnlySpan<byte> payload) => Log.Add($"frame {channel} {Convert.ToHexString(payload)}");

        public bool OnMessage(RtspMessage message)
        {
            Log.Add($"message {message.Method} {message.Uri} {message.StatusCode} {message.HeaderCount} {Convert.ToHexString(message.Body)}");
            return (Log.Count & 1) == 0;
        }

        public void OnUnusable(bool overLimit, string detail) => Log.Add($"unusable {overLimit} {detail}");
    }

    private sealed class Silent : IInterleavedHandler
    {
        public static readonly Silent Instance = new();

        public void OnFrame(byte channel, ReadOnlySpan<byte> payload)
        {
        }

        public bool OnMessage(RtspMessage message) => false;

        public void OnUnusable(bool overLimit, string detail)
        {
        }
    }
}
