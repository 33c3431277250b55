using System.Globalization;
using FastRtspProxy.Captures;
using FastRtspProxy.Captures.Privacy;
using FastRtspProxy.Captures.Recording;
using FastRtspProxy.Engine;

namespace FastRtspProxy.Operations.Captures;

/// <summary>
/// One capture, from the session with the camera to the bytes of the file. The session is on its shard; everything here is on the thread pool, one
/// step after the other.
/// </summary>
internal sealed class CaptureRun
{
    /// <summary>So many bytes are handed on at once.</summary>
    private const int BlockBytes = 64 * 1024;

    /// <summary>And what there is of them so often.</summary>
    private static readonly TimeSpan s_flush = TimeSpan.FromMilliseconds(250);

    private readonly CameraCapture _camera;
    private readonly CaptureWish _wish;
    private readonly MemoryStream _file = new();
    private readonly CaptureWriter _writer;
    private readonly CaptureRecorder _recorder;
    private readonly CaptureTap _tap;

    /// <summary>When the first connection was made; null: none was. The shard's clock may be old before.</summary>
    private long? _beganMicros;
    private int _connection;
    private long _mediaPackets;
    private long _lastMicros;

    public CaptureRun(CameraCapture camera, CaptureWish wish, string tool)
    {
        _camera = camera;
        _wish = wish;
        _tap = new CaptureTap(() => camera.NowMicros);
        Fakes fakes = new();
        _ = fakes.Host(camera.Url.Host);
        if (camera.LogIn is { } logIn)
        {
            fakes.LearnPassword(logIn.User, logIn.Password);
        }

        List<KeyValuePair<string, string>> head =
        [
            new(CaptureHeader.Tool, tool),
            new(CaptureHeader.Url, new MessageFakes(fakes).Url(camera.Url.Text)),
            new(CaptureHeader.Media, wish.WithMedia ? "whole" : "heads"),
        ];
        if (camera.LogIn is { } given)
        {
            head.Add(new(CaptureHeader.LogIn, $"{fakes.User(given.User)} {fakes.PasswordOf(given.User)}"));
        }

        _writer = new CaptureWriter(_file, new CaptureHeader { Values = head }, wish.BytesMax);
        _recorder = new CaptureRecorder(_writer, fakes, wish.WithMedia);
        _recorder.Messages.LogIns.PasswordOf = user => camera.LogIn is { } known && known.User == user ? known.Password : null;
    }

    /// <summary>RTP and RTCP of the camera so far. Any thread.</summary>
    public long MediaPackets => Interlocked.Read(ref _mediaPackets);

    /// <summary>RTSP messages of the camera, and to it, so far.</summary>
    public long Messages => _writer.Messages;

    /// <summary>Runs it to its end.</summary>
    /// <param name="write">Takes the file, piece by piece; what it throws ends the capture.</param>
    /// <param name="cancel">Ends it at once; the file is whole all the same.</param>
    public async Task<CaptureOutcome> RunAsync(Func<ReadOnlyMemory<byte>, Task> write, CancellationToken cancel)
    {
        using CancellationTokenSource full = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task<string?> session = ReadAsync(full.Token);
        try
        {
            await WriteAsync(write, full);
        }
        catch
        {
            await full.CancelAsync();
            await session; // the camera is told
            throw;
        }

        string? failure = await session;
        string why = failure ?? (_recorder.IsFull ? "the file has its size" : cancel.IsCancellationRequested ? "interrupted" : "the time is over");
        _writer.End(_lastMicros, failure is null ? why : "the camera was lost");
        _writer.Dispose();
        await write(_file.ToArray());
        return new CaptureOutcome(Summary(), failure, _recorder.MediaPackets);
    }

    private async Task<string?> ReadAsync(CancellationToken cancel)
    {
        try
        {
            return await _camera.RunAsync(_tap, _wish.Duration, cancel);
        }
        finally
        {
            _tap.Complete();
        }
    }

    private async Task WriteAsync(Func<ReadOnlyMemory<byte>, Task> write, CancellationTokenSource full)
    {
        Task<bool> more = _tap.Pieces.WaitToReadAsync(CancellationToken.None).AsTask();
        while (true)
        {
            await Task.WhenAny(more, Task.Delay(s_flush, CancellationToken.None));
            if (more.IsCompleted)
            {
                if (!await more)
                {
                    break;
                }

                await TakeAsync(write);
                more = _tap.Pieces.WaitToReadAsync(CancellationToken.None).AsTask();
            }

            await HandOnAsync(write);
            if (_recorder.IsFull && !full.IsCancellationRequested)
            {
                await full.CancelAsync();
            }
        }

        await HandOnAsync(write);
    }

    private async Task TakeAsync(Func<ReadOnlyMemory<byte>, Task> write)
    {
        while (_tap.Pieces.TryRead(out TapPiece piece))
        {
            Record(piece);
            _tap.OnWritten(piece);
            Interlocked.Exchange(ref _mediaPackets, _recorder.MediaPackets);
            if (_file.Length >= BlockBytes)
            {
                await HandOnAsync(write);
            }
        }
    }

    private async Task HandOnAsync(Func<ReadOnlyMemory<byte>, Task> write)
    {
        if (_file.Length > 0)
        {
            byte[] bytes = _file.ToArray();
            _file.SetLength(0);
            await write(bytes);
        }
    }

    private void Record(in TapPiece piece)
    {
        _beganMicros ??= piece.Micros;
        long micros = Math.Max(0, piece.Micros - _beganMicros.Value);
        _lastMicros = micros;
        CaptureSide side = piece.IsSent ? CaptureSide.Client : CaptureSide.Camera;
        switch (piece.Kind)
        {
            case TapKind.Opened:
                _connection = Math.Min(_connection + 1, CaptureLimits.Connections);
                _recorder.Open(_connection, micros, (piece.Place == 1 ? "tunnel" : "tcp") + (piece.IsSent ? " tls" : ""));
                break;
            case TapKind.Stream:
                _recorder.OnStream(Math.Max(_connection, 1), side, piece.Bytes, micros);
                break;
            case TapKind.Datagram:
                _recorder.OnDatagram(side, piece.Place, piece.Bytes, micros);
                break;
            default:
                _recorder.Close(Math.Max(_connection, 1), micros, piece.IsSent ? "by the camera" : "by the client");
                break;
        }
    }

    private string Summary()
    {
        string lost = _tap.Lost > 0
            ? $"lost: {_tap.Lost} pieces, because the file was not written as fast as the camera sends.\n"
            : string.Empty;
        string counts = string.Create(
            CultureInfo.InvariantCulture,
            $"captured: {_writer.Messages} messages, {_writer.Packets} packets of {_recorder.Tracks.Tracks.Count} tracks "
            + $"in {_lastMicros / 1e6:0.0} s.\n");
        return counts + lost + _recorder.Summary();
    }
}
