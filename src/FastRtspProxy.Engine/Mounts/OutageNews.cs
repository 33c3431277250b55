using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// What of a camera's outage is news: each kind of failure once, and its end once. The end is the first media, not the description: a camera that
/// describes itself and then sends nothing is not back. On the mount's shard.
/// </summary>
internal sealed class OutageNews
{
    /// <summary>The failure that was said last; null: none since media came last.</summary>
    private BackendFailureKind? _said;

    /// <summary>True until <see cref="OnMedia"/> has told of the end. Looked at with each packet.</summary>
    public bool AwaitsMedia => _said is not null;

    /// <summary>True for a failure that is not the one that was said last.</summary>
    public bool OnFailure(BackendFailureKind kind)
    {
        bool isNew = _said != kind;
        _said = kind;
        return isNew;
    }

    /// <summary>
    /// The camera was described again. True where that is all that will be heard of it for now: nobody wants its media, and the failure was that it
    /// could not be described.
    /// </summary>
    public bool OnDescribed(bool isWanted)
    {
        if (isWanted || _said is null || IsOfMedia(_said.Value))
        {
            return false;
        }

        _said = null;
        return true;
    }

    /// <summary>Media came: the outage is over.</summary>
    public void OnMedia() => _said = null;

    /// <summary>Failures of cameras that could be described: only media ends them.</summary>
    private static bool IsOfMedia(BackendFailureKind kind) => kind
        is BackendFailureKind.Silent or BackendFailureKind.VideoSilent or BackendFailureKind.WayFailed or BackendFailureKind.NoWay
        or BackendFailureKind.OtherKeys or BackendFailureKind.Bye or BackendFailureKind.KeepAliveRefused;
}
