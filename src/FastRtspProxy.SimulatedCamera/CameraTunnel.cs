using System.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>
/// RTSP over HTTP (Apple QuickTime Streaming Server Programming Guide, chapter 2): a GET connection carries what the camera sends, as it is; a POST
/// connection with the same cookie carries the client's requests in base64 and is never answered. Decoded on the shard of the POST connection,
/// answered on that of the GET connection.
/// </summary>
internal sealed class CameraTunnel(string cookie, CameraConnection output)
{
    private readonly TunnelDecoder _decoder = new();
    private CameraConnection? _input;

    public string Cookie { get; } = cookie;

    /// <summary>The GET connection.</summary>
    public CameraConnection Output { get; } = output;

    public IPAddress Client => Output.Remote.Address;

    public bool IsInput(CameraConnection connection) => connection == _input;

    /// <summary>A POST has come; a later one takes over, as clients do when the promised Content-Length is used up.</summary>
    public void Attach(CameraConnection input)
    {
        _input = input;
        _decoder.Reset();
    }

    /// <summary>Base64 in any split, each message padded for itself.</summary>
    public void Decode(ReadOnlySpan<byte> text)
    {
        byte[] bytes = new byte[TunnelDecoder.BytesOf(text.Length)];
        if (!_decoder.TryDecode(text, bytes, out int count))
        {
            _input!.Close();
            return;
        }

        if (count > 0)
        {
            Output.ReceiveFrom(_input!, bytes.AsSpan(0, count));
        }
    }
}
