using System.Net.Sockets;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>A camera's answer to a tunnel's GET: status, challenges and what stands behind the head are the same in any pieces.</summary>
internal sealed class TunnelReplyTarget : FuzzTarget
{
    public override string Name => "tunnel-reply";

    public override int FixedBytes => 8 * 1024;

    /// <summary>The head as text, its lines, and the bytes that wait in a list that doubles.</summary>
    public override int BytesPerInputByte => 40;

    public override void Parse(ReadOnlySpan<byte> input) => new HttpTunnelReply(null!).OnBytes(input);

    public override void Check(ReadOnlySpan<byte> input)
    {
        HttpTunnelReply whole = new(null!);
        whole.OnBytes(input);
        HttpTunnelReply pieces = new(null!);
        Cuts.Feed(input, pieces.OnBytes);
        Property.Equal(whole.Status, pieces.Status);
        Property.Equal(string.Join('\n', whole.Challenges), string.Join('\n', pieces.Challenges));
        CollectingSink wholeSink = new();
        CollectingSink piecesSink = new();
        whole.ForwardTo(wholeSink);
        pieces.ForwardTo(piecesSink);
        if (whole.Status != 0)
        {
            // Nobody reads on behind an answer that is not HTTP.
            Property.SameBytes(wholeSink.Bytes.ToArray(), piecesSink.Bytes.ToArray(), "what stands behind the head");
        }
    }

    private sealed class CollectingSink : IByteSink
    {
        public List<byte> Bytes { get; } = [];

        public void OnBytes(ReadOnlySpan<byte> bytes) => Bytes.AddRange(bytes);

        public void OnBatchEnd()
        {
        }

        public void OnClosed(SocketError error)
        {
        }
    }
}
