using System.Net;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// What the next session with the camera is made with: the mount's own, but the URL of a redirect for one session, and the connection that came with
/// a REGISTER for the first session only. On the mount's shard.
/// </summary>
internal sealed class SessionPlan(MountSettings settings)
{
    /// <summary>
    /// Where the last failure sent us; null: to the mount's own URL. When the session that follows a redirect ends, the mount's own URL counts again.
    /// </summary>
    private RtspUrl? _redirect;

    /// <summary>The camera that sent us there; null where nobody did.</summary>
    private IPAddress? _redirectedBy;

    /// <summary>False until the connection that came with the REGISTER was given away: to the first session, or to whoever closes it.</summary>
    private bool _hasGivenConnection;

    /// <summary>True from a change of the camera until the next session is made: the one that goes on, or the wait for one, is to end.</summary>
    public bool IsOutOfDate { get; private set; }

    /// <summary>The host that the next session asks; null: a box of the cluster, which takes as many as come.</summary>
    public string? Host => settings.Relayed is null ? (_redirect ?? settings.Backend.Url).Host : null;

    /// <summary>A session was lost, or could not be made.</summary>
    public void OnLost(BackendFailure failure)
    {
        _redirect = failure.RedirectTo;
        _redirectedBy = failure.RedirectedBy;
    }

    /// <summary>
    /// The mount has another camera now, or another way to it: the next session is made with that, and a redirect of the last one is none of its.
    /// </summary>
    public void OnCameraChanged()
    {
        IsOutOfDate = true;
        OnOtherSource();
    }

    /// <summary>The next session is with another source: a redirect was that of the last one.</summary>
    public void OnOtherSource()
    {
        _redirect = null;
        _redirectedBy = null;
    }

    /// <summary>For the next session.</summary>
    public BackendOptions Next()
    {
        IsOutOfDate = false;
        BackendOptions next = settings.Allowed(settings.Backend);
        if (_redirect is { } redirect)
        {
            next = next with { Url = redirect, RedirectedBy = _redirectedBy };
        }

        return TakeConnection() is null ? next with { Connection = null } : next;
    }

    /// <summary>The connection that came with the REGISTER, for one who asks first; null: there is none, or it was given away.</summary>
    public Func<Shard, Task<ByteStream?>>? TakeConnection()
    {
        Func<Shard, Task<ByteStream?>>? connection = _hasGivenConnection ? null : settings.Backend.Connection;
        _hasGivenConnection = true;
        return connection;
    }

    /// <summary>The connection that came with the REGISTER, where no session was made that would take it.</summary>
    public async Task CloseGivenAsync(Shard shard, ILogger log)
    {
        if (TakeConnection() is not { } given)
        {
            return;
        }

        try
        {
            (await given(shard))?.Close();
        }
        catch (Exception e)
        {
            MountLog.Failed(log, settings.Name, settings.Backend.Url.Redacted, e);
        }
    }
}
