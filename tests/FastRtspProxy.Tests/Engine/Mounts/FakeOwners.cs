using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Says what a test says, of every stream.</summary>
internal sealed class FakeOwners : ICameraOwners, ICameraOwner
{
    private volatile CameraOwnership _now = CameraOwnership.Unknown;
    private volatile Action? _changed;
    private int _needs;

    public CameraOwnership Now => _now;

    public int Needs => Volatile.Read(ref _needs);

    /// <summary>What they said with the last of them.</summary>
    public bool IsServed { get; private set; }

    /// <summary>What mounts said of it last; null: nothing.</summary>
    public bool? StopsWhenAlone { get; private set; }

    /// <summary>Who began to follow; 0: nobody has.</summary>
    public int FollowedOnThread { get; private set; }

    public static CameraOwnership PeerAt(ScriptedCamera peer, long epoch, Func<string, string> hop)
    {
        Assert.True(RtspUrl.TryParse($"rtsp://127.0.0.1:{peer.Port}/cam?start=past", out RtspUrl? url, out _));
        return new CameraOwnership(OwnershipKind.Peer, "b", epoch) { Url = url, Hop = hop };
    }

    public ICameraOwner Follow(string stream, bool stopsWhenAlone, Action changed)
    {
        FollowedOnThread = Environment.CurrentManagedThreadId;
        StopsWhenAlone = stopsWhenAlone;
        _changed = changed;
        return this;
    }

    public void Tell(CameraOwnership now)
    {
        _now = now;
        _changed?.Invoke();
    }

    public void Need(bool isServed = false)
    {
        IsServed = isServed;
        Interlocked.Increment(ref _needs);
    }

    public void Rule(bool stopsWhenAlone) => StopsWhenAlone = stopsWhenAlone;

    public void Rest()
    {
    }

    public void Leave()
    {
    }
}
