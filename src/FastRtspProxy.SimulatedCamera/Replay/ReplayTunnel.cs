using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>RTSP over HTTP: what comes by POST goes to the connection of the GET, as on <see cref="CameraTunnel"/>; all of it on one shard.</summary>
internal sealed class ReplayTunnel(string cookie, ReplayConnection output)
{
    private readonly TunnelDecoder _decoder = new();
    private ReplayConnection? _input;

    public string Cookie { get; } = cookie;

    /// <summary>The GET connection.</summary>
    public ReplayConnection Output { get; } = output;

    public bool IsInput(ReplayConnection connection) => connection == _input;

    /// <summary>A POST has come; a later one takes over.</summary>
    public void Attach(ReplayConnection input)
    {
        _input = input;
        _decoder.Reset();
    }

    public void Decode(ReadOnlySpan<byte> text)
    {
        byte[] bytes = new byte[TunnelDecoder.BytesOf(text.Length)];
        if (!_decoder.TryDecode(text, bytes, out int count))
        {
            _input!.Close();
        }
        else if (count > 0)
        {
            Output.Receive(bytes.AsSpan(0, count));
        }
    }
}
