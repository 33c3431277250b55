using System.Buffers;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Faults;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>One RTSP connection of a client: cuts what comes in into requests and frames. The answers are in the other part.</summary>
internal sealed partial class CameraConnection : IByteSink
{
    /// <summary>A head and a body within the limits, and one frame; more than this without a whole message is refused by the parser anyway.</summary>
    private const int InputBytesMax = 256 * 1024;

    /// <summary>Some seconds of a large stream for a client that reads in fits; more of it is dropped.</summary>
    private const int MediaQueueBytes = 4 * 1024 * 1024;

    private readonly CameraShard _camera;
    private readonly ByteStream _stream;
    private readonly RtspMessage _request = new();
    private readonly ArrayBufferWriter<byte> _output = new(1024);
    private readonly CameraAuthenticator _authenticator;
    private byte[] _input = new byte[4096];
    private int _inputBytes;
    private bool _closed;

    /// <summary>
    /// Runs while the request at the head of the input waits to be acted on (<see cref="SlowAnswers"/>); made for the first that does.
    /// </summary>
    private ShardTimer? _slowness;

    /// <summary>The request at the head of the input has waited long enough.</summary>
    private bool _waited;

    public CameraConnection(CameraShard camera, ByteStream stream)
    {
        _camera = camera;
        _stream = stream;
        _stream.SendQueueBytes = MediaQueueBytes;
        _authenticator = new CameraAuthenticator(camera.Options);
    }

    public IPEndPoint Remote => _stream.Remote;

    /// <summary>The connection's tunnel role, when it has one.</summary>
    public CameraTunnel? Tunnel { get; private set; }

    public void Start() => _stream.Start(this);

    /// <summary>Sends frames; false when they were dropped, because the client does not read or is gone.</summary>
    public bool SendMedia(ReadOnlySpan<byte> frames) => !_closed && _stream.Send(frames);

    public void OnBytes(ReadOnlySpan<byte> bytes)
    {
        if (Tunnel is { } tunnel && tunnel.IsInput(this))
        {
            tunnel.Decode(bytes);
            return;
        }

        Receive(bytes);
    }

    /// <summary>Takes what a tunnel's input connection decoded, also when that lives on another shard.</summary>
    public void ReceiveFrom(CameraConnection input, ReadOnlySpan<byte> bytes)
    {
        if (input._camera == _camera)
        {
            Receive(bytes);
            return;
        }

        byte[] copy = bytes.ToArray();
        _camera.Shard.Post(() => Receive(copy));
    }

    /// <summary>Takes RTSP bytes: the connection's own, or those that its tunnel's input decoded.</summary>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        if (_closed)
        {
            return;
        }

        if (_inputBytes + bytes.Length > _input.Length)
        {
            Array.Resize(ref _input, Math.Max(2 * _input.Length, _inputBytes + bytes.Length));
        }

        bytes.CopyTo(_input.AsSpan(_inputBytes));
        _inputBytes += bytes.Length;
        int used = 0;
        while (!_closed && used < _inputBytes && Step(_input.AsSpan(used, _inputBytes - used), out int consumed))
        {
            used += consumed;
        }

        used = Math.Min(used, _inputBytes);
        _input.AsSpan(used, _inputBytes - used).CopyTo(_input);
        _inputBytes -= used;
        if (_inputBytes > InputBytesMax)
        {
            Close();
        }
    }

    public void OnBatchEnd()
    {
    }

    public void OnClosed(SocketError error) => Forget();

    /// <summary>Closes; its interleaved sessions end with it.</summary>
    public void Close()
    {
        _stream.Close();
        Forget();
    }

    private void Forget()
    {
        if (!_closed)
        {
            _closed = true;
            _slowness?.Stop();
            _camera.OnConnectionClosed(this);
        }
    }

    /// <summary>Handles one request or frame; false when the rest is not there yet.</summary>
    private bool Step(ReadOnlySpan<byte> input, out int consumed)
    {
        if (input[0] == InterleavedFrame.Magic)
        {
            if (InterleavedFrame.TryParse(input, out InterleavedFrame frame, out consumed) != ParseStatus.Complete)
            {
                return false;
            }

            // Receiver reports: a sign of life, nothing more to us. Sound of a talker: heard.
            _camera.OnInterleavedReport(this);
            _camera.Hear(this, frame);
            return true;
        }

        switch (RtspMessageParser.TryParse(input, _request, RtspLimits.Server, out consumed, out _))
        {
            case ParseStatus.Complete when !_request.IsRequest:
                return true;
            case ParseStatus.Complete when _request.IsHttp:
                OnHttp(input[consumed..]);
                consumed = input.Length;
                return true;
            case ParseStatus.Complete when MustWait():
                consumed = 0;
                return false;
            case ParseStatus.Complete:
                _waited = false;
                OnRequest();
                return true;
            case ParseStatus.Malformed:
                Answer(RtspStatus.BadRequest);
                Close();
                return false;
            default:
                return false;
        }
    }

    // What comes behind a request that waits waits too, unread.
    private bool MustWait()
    {
        TimeSpan by = _camera.Options.Faults.SlowAnswers?.Of(_request.Method) ?? TimeSpan.Zero;
        if (_waited || by <= TimeSpan.Zero)
        {
            return false;
        }

        _slowness ??= _camera.Shard.CreateTimer(() =>
        {
            _waited = true;
            Receive([]);
        });
        if (!_slowness.IsRunning)
        {
            _slowness.Start(by);
        }

        return true;
    }

    private void Answer(int status, params ReadOnlySpan<RtspHeader> headers) => Answer(status, default, headers);

    private void Answer(int status, ReadOnlySpan<byte> body, ReadOnlySpan<RtspHeader> headers)
    {
        List<RtspHeader> all = [];
        if (_camera.Options.Personality.Server is { } server)
        {
            all.Add(new RtspHeader("Server", server));
        }

        if (_camera.Options.Personality.DateHeader)
        {
            all.Add(new RtspHeader("Date", RtspDate.Format(_camera.Shard.UtcNow)));
        }

        if (status != RtspStatus.BadRequest && _request.Header("Timestamp") is { } timestamp)
        {
            all.Add(new RtspHeader("Timestamp", timestamp)); // RFC 2326 section 12.38: as it came
        }

        all.AddRange(headers);
        _output.ResetWrittenCount();
        RtspWriter.WriteResponse(_output, status, null, _request.CSeqText, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(all), body);
        _stream.Send(_output.WrittenSpan);
    }
}
