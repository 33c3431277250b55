using FastRtspProxy.Net;

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
        UpdatePlace();
        try
        {
            while (await _stream.Input.WaitAsync())
            {
                // One piece at a time: the next is decoded when the tunnel's reader has had this one.
                while (!tunnel.Requests.IsWanted && !tunnel.IsOver)
                {
                    await tunnel.Requests.WhenWantedAsync();
                }

                ReadOnlySpan<byte> text = _stream.Input.Unread;
                bool isValid = tunnel.Requests.TryAppend(text, ref _decoder);
                _stream.Input.Consume(text.Length);
                if (tunnel.IsOver)
                {
                    break;
                }

                if (!isValid)
                {
                    _frontend.Counters.OnMalformed();
                    return ConnectionEnd.Malformed;
                }
            }

            return _end == ConnectionEnd.None ? ConnectionEnd.PeerClosed : _end;
        }
        finally
        {
            tunnel.Remove(this);
        }
    }

    private async Task WatchForEndAsync(Tunnel tunnel)
    {
        while (await _stream.Input.WaitAsync())
        {
            _stream.Input.Consume(_stream.Input.Unread.Length);
        }

        tunnel.End();
    }

    private void LeaveTunnel()
    {
        if (_tunnel is { } tunnel)
        {
            _frontend.Tunnels.Remove(tunnel);
            tunnel.End();
            tunnel.Requests.Abandon();
        }
    }
}
