using System.Net;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// What the next session with the camera is made with: the mount's own, but the URL of a redirect for one session, and the connection that came with
/// a REGISTER for the first session only. On the mount's shard.
/// </summary>
internal sealed class SessionPlan(MountOptions options)
{
    /// <summary>
    /// Where the last failure sent us; null: to the mount's own URL. When the session that follows a redirect ends, the mount's own URL counts again.
    /// </summary>
    private RtspUrl? _redirect;

    /// <summary>The camera that sent us there; null where nobody did.</summary>
    private IPAddress? _redirectedBy;

    /// <summary>False until the connection that came with the REGISTER was given away: to the first session, or to whoever closes it.</summary>
    private bool _hasGivenConnection;

    /// <summary>A session was lost, or could not be made.</summary>
    public void OnLost(BackendFailure failure)
    {
        _redirect = failure.RedirectTo;
        _redirectedBy = failure.RedirectedBy;
    }

    /// <summary>For the next session.</summary>
    public BackendOptions Next()
    {
        BackendOptions next = options.Backend;
        if (_redirect is { } redirect)
        {
            next = next with { Url = redirect, RedirectedBy = _redirectedBy };
        }

        return TakeConnection() is null ? next with { Connection = null } : next;
    }

    /// <summary>The connection that came with the REGISTER, for one who asks first; null: there is none, or it was given away.</summary>
    public Func<Shard, Task<ByteStream?>>? TakeConnection()
    {
        Func<Shard, Task<ByteStream?>>? connection = _hasGivenConnection ? null : options.Backend.Connection;
        _hasGivenConnection = true;
        return connection;
    }
}
