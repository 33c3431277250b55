using System.Buffers;
using System.IO.Pipelines;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>A connection as one half of an HTTP tunnel.</summary>
internal sealed partial class ClientConnection
{
    private Tunnel? _tunnel;
    private Tunnel? _postOf;
    private TunnelDecoder _decoder; // mutable struct: not readonly

    /// <summary>The GET is answered: from now on requests come out of the tunnel, and what the socket itself still brings is nothing to us but its end.</summary>
    public void BeginTunnel(Tunnel tunnel)
    {
        _tunnel = tunnel;
        IsTunnel = true;
        _input = tunnel.Requests;
        _ = WatchForEndAsync(tunnel);
    }

    /// <summary>Feeds a POST's body into its tunnel until either is closed. Never answered.</summary>
    private async Task<ConnectionEnd> PumpAsync(Tunnel tunnel)
    {
        if (!tunnel.TryAdd(this))
        {
            return ConnectionEnd.Refused;
        }

        _postOf = tunnel;
        try
        {
            while (true)
            {
                ReadResult read = await _stream.Input.ReadAsync();
                if (tunnel.IsOver)
                {
                    return _end == ConnectionEnd.None ? ConnectionEnd.PeerClosed : _end;
                }

                bool valid = true;
                foreach (ReadOnlyMemory<byte> segment in read.Buffer)
                {
                    valid = valid && _decoder.TryDecode(segment.Span, tunnel.Writer);
                }

                _stream.Input.AdvanceTo(read.Buffer.End);
                _stream.NoteInput(0);
                tunnel.Held?.Set(tunnel.Held.Bytes + (int)tunnel.Writer.UnflushedBytes);
                if (!valid)
                {
                    _frontEnd.Counters.OnMalformed();
                    return ConnectionEnd.Malformed;
                }

                if (!await tunnel.FlushAsync() || read.IsCompleted)
                {
                    return _end == ConnectionEnd.None ? ConnectionEnd.PeerClosed : _end;
                }
            }
        }
        finally
        {
            tunnel.Remove(this);
        }
    }

    private async Task WatchForEndAsync(Tunnel tunnel)
    {
        ReadResult read;
        do
        {
            read = await _stream.Input.ReadAsync();
            _stream.Input.AdvanceTo(read.Buffer.End);
            _stream.NoteInput(0);
        }
        while (!read.IsCompleted);
        tunnel.End();
    }

    private void LeaveTunnel()
    {
        if (_tunnel is { } tunnel)
        {
            _frontEnd.Tunnels.Remove(tunnel);
            tunnel.End();

            // Nobody reads requests any more: a POST that waits for room would wait for ever.
            tunnel.Requests.Complete();
        }
    }
}
