using System.Buffers;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.SimulatedCamera;

/// <summary>A plain RTSP client on a blocking-style socket: sends what it is told, keeps the interleaved frames that come in between.</summary>
internal sealed class CameraClient : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private byte[] _input = new byte[1 << 20];
    private int _bytes;
    private int _cseq;

    public List<(byte Channel, byte[] Payload)> Frames { get; } = [];

    public static async Task<CameraClient> ConnectAsync(int port)
    {
        CameraClient client = new();
        await client._socket.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    public async Task<RtspMessage> AskAsync(string method, string uri, params RtspHeader[] headers)
    {
        ArrayBufferWriter<byte> output = new();
        RtspWriter.WriteRequest(output, method, uri, ++_cseq, headers);
        await _socket.SendAsync(output.WrittenMemory);
        return await NextMessageAsync() ?? throw new EndOfStreamException("closed before the answer");
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _socket.SendAsync(bytes);

    /// <summary>The next RTSP message; null when the camera closed.</summary>
    public async Task<RtspMessage?> NextMessageAsync()
    {
        while (true)
        {
            if (Cut() is { } message)
            {
                return message;
            }

            if (!await ReceiveAsync())
            {
                return null;
            }
        }
    }

    /// <summary>Waits for so many frames in all; false when the camera closed before.</summary>
    public async Task<bool> FramesAsync(int count)
    {
        while (Frames.Count < count)
        {
            if (Cut() == null && Frames.Count < count && !await ReceiveAsync())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes the frames that have come, and waits for none.</summary>
    public void TakeWhatHasCome()
    {
        while (_socket.Available > 0)
        {
            if (_bytes == _input.Length)
            {
                Array.Resize(ref _input, 2 * _input.Length);
            }

            _bytes += _socket.Receive(_input.AsSpan(_bytes));
            Assert.Null(Cut());
        }
    }

    /// <summary>SETUP of a track, interleaved on 2n and 2n+1, in the session when given.</summary>
    public Task<RtspMessage> SetUpTcpAsync(string url, int track, string? session = null, string control = "trackID=")
    {
        List<RtspHeader> headers = [new("Transport", $"RTP/AVP/TCP;unicast;interleaved={2 * track}-{2 * track + 1}")];
        if (session != null)
        {
            headers.Add(new RtspHeader("Session", session));
        }

        return AskAsync(RtspMethod.Setup, url + "/" + control + (track + 1), [.. headers]);
    }

    public void Dispose() => _socket.Dispose();

    private async Task<bool> ReceiveAsync()
    {
        if (_bytes == _input.Length)
        {
            Array.Resize(ref _input, 2 * _input.Length);
        }

        using CancellationTokenSource limit = new(s_limit);
        int count = await _socket.ReceiveAsync(_input.AsMemory(_bytes), limit.Token);
        _bytes += count;
        return count > 0;
    }

    private RtspMessage? Cut()
    {
        int used = 0;
        RtspMessage? message = null;
        while (used < _bytes && message == null)
        {
            ReadOnlySpan<byte> rest = _input.AsSpan(used, _bytes - used);
            if (rest[0] == InterleavedFrame.Magic)
            {
                if (InterleavedFrame.TryParse(rest, out InterleavedFrame frame, out int frameBytes) != ParseStatus.Complete)
                {
                    break;
                }

                Frames.Add((frame.Channel, frame.Payload.ToArray()));
                used += frameBytes;
                continue;
            }

            RtspMessage candidate = new();
            if (RtspMessageParser.TryParse(rest, candidate, RtspLimits.Client, out int consumed, out _) != ParseStatus.Complete)
            {
                break;
            }

            message = candidate;
            used += consumed;
        }

        _input.AsSpan(used, _bytes - used).CopyTo(_input);
        _bytes -= used;
        return message;
    }

    /// <summary>The steps of the sequence numbers on channel 0: 1 each where nothing is missing.</summary>
    public int[] VideoSteps()
    {
        ushort[] numbers = [.. Frames.Where(frame => frame.Channel == 0).Select(frame => (ushort)(frame.Payload[2] << 8 | frame.Payload[3]))];
        return [.. Enumerable.Range(1, numbers.Length - 1).Select(i => (int)(short)(numbers[i] - numbers[i - 1]))];
    }
}
