namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// A place among those that open their cameras (<see cref="OpenPacer"/>): one of all, until the camera has answered or takes its time, and one of its
/// host, until the attempt is over. Each is given back once. Any thread.
/// </summary>
internal sealed class OpenPlace(OpenPacer pacer, string host)
{
    private int _isOfAll = 1;
    private int _isOfHost = 1;

    /// <summary>The host that is asked.</summary>
    public string Host => host;

    /// <summary>The camera has answered, or it takes its time: others need not wait for that.</summary>
    public void LeaveToOthers(bool hasAnswered)
    {
        if (Interlocked.Exchange(ref _isOfAll, 0) == 1)
        {
            pacer.GiveBack(hasAnswered);
        }
    }

    /// <summary>The attempt is over, or as good as.</summary>
    public void Leave()
    {
        LeaveToOthers(hasAnswered: true);
        if (Interlocked.Exchange(ref _isOfHost, 0) == 1)
        {
            pacer.GiveBack(host);
        }
    }
}
