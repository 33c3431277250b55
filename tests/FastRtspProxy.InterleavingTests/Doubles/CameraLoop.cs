namespace FastRtspProxy.Engine.Mounts;

/// <summary>In the place of a camera, which plays.</summary>
internal sealed class CameraLoop
{
    public bool IsStarting => false;

    public bool IsBeingOpened => false;

    public void Hurry()
    {
    }

    public void Wake()
    {
    }
}
