using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What one reader holds of a live viewer beside its queue, the pictures that it puts together and sends: counted in the share of memory that the
/// queues have, so that large pictures of many readers take nothing from the rings that was not allowed for. One owner.
/// </summary>
internal sealed class LiveMemory(SlabShare share) : IDisposable
{
    /// <summary>Bytes that are held.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>So many more. False: there is no room, or others who share it need theirs.</summary>
    public bool TryHold(long bytes)
    {
        if (HeldBytes + bytes > (long)share.SlabsOfOne * share.SlabBytes || !share.TryHold(bytes))
        {
            return false;
        }

        HeldBytes += bytes;
        return true;
    }

    /// <summary>So many less.</summary>
    public void LetGo(long bytes)
    {
        HeldBytes -= bytes;
        share.LetGo(bytes);
    }

    /// <summary>Lets go of all.</summary>
    public void Dispose() => LetGo(HeldBytes);
}
