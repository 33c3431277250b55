namespace FastRtspProxy.Net;

/// <summary>In the place of a timer: its time never comes.</summary>
internal sealed class ShardTimer(Action callback)
{
    public Action Callback => callback;

    public bool IsRunning => false;

    public void Start(TimeSpan due)
    {
    }

    public void StartMicros(long dueMicros)
    {
    }

    public void Stop()
    {
    }
}
