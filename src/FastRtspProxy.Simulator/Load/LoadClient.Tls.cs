using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Load;

/// <summary>
/// The connection of an rtsps client. It costs a hop and copies, unlike the rest: what a crowd over TLS costs is the cipher anyway.
/// </summary>
internal sealed partial class LoadClient
{
    private const int ConnectionResetErrno = 104;

    /// <inheritdoc/>
    void IByteSink.OnBytes(ReadOnlySpan<byte> bytes)
    {
        Shard.RefreshNow();
        long nowUnixMicros = UnixClock.NowMicros();
        if (_pieceBytes == 0)
        {
            TakeBytes(bytes, nowUnixMicros);
            return;
        }

        byte[] joined = [.. _piece.AsSpan(0, _pieceBytes), .. bytes];
        DropPiece();
        TakeBytes(joined, nowUnixMicros);
    }

    /// <inheritdoc/>
    void IByteSink.OnBatchEnd()
    {
    }

    /// <inheritdoc/>
    void IByteSink.OnClosed(SocketError error) => OnStreamEnd(error == SocketError.Success ? 0 : ConnectionResetErrno);

    /// <summary>Resumes on the shard.</summary>
    private async void ConnectTls()
    {
        TlsByteStream stream;
        try
        {
            stream = await TlsByteStream.ConnectAsync(Shard, new ConnectTarget(_target.Url.Host, _target.Url.Port), _home.Options.Timeout, _home.Options.InsecureTls);
        }
        catch (ByteStreamException e)
        {
            if (State == ClientState.Connecting)
            {
                Fail("connect: " + e.Message);
            }

            return;
        }

        if (State != ClientState.Connecting)
        {
            stream.Close();
            return;
        }

        _tls = stream;
        stream.Start(this);
        Negotiate();
    }

    /// <summary>What the connection took, or minus errno; a tunnel and TLS take all or nothing.</summary>
    private int Send(ReadOnlySpan<byte> bytes)
    {
        if (_post is null && _tls is null)
        {
            return RawSocket.Send(_fd, bytes);
        }

        return (_tls is not null ? _tls.Send(bytes) : _post!.Send(bytes)) ? bytes.Length : -LinuxConstants.ErrorIo;
    }
}
