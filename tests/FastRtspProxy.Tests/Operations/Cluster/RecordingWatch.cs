using System.Collections.Concurrent;
using FastRtspProxy.Operations.Cluster;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>Notes what an engine tells.</summary>
internal sealed class RecordingWatch : IOwnershipWatch
{
    private string _said = string.Empty;

    /// <summary>What was told, in its order: <c>snapshot</c>, <c>renewed</c>, <c>expired</c>, <c>up</c>, <c>down</c>.</summary>
    public ConcurrentQueue<string> Told { get; } = new();

    /// <summary>By stream, as told last.</summary>
    public ConcurrentDictionary<string, OwnerRecord> Owners { get; } = new();

    public bool IsRead => Told.Contains("snapshot");

    /// <summary>What was said of the engine last.</summary>
    public string Said
    {
        get => Volatile.Read(ref _said);
        private set => Volatile.Write(ref _said, value);
    }

    public int Count(string what) => Told.Count(one => one == what);

    public void OnSnapshot(OwnershipSnapshot snapshot)
    {
        Owners.Clear();
        foreach ((string stream, OwnerRecord owner) in snapshot.Owners)
        {
            Owners[stream] = owner;
        }

        Told.Enqueue("snapshot");
    }

    public void OnMember(string node, ClusterMember? member)
    {
    }

    public void OnOwner(string stream, OwnerRecord? owner, long revision)
    {
        if (owner is { } known)
        {
            Owners[stream] = known;
        }
        else
        {
            Owners.TryRemove(stream, out _);
        }
    }

    public void OnStream(string name, byte[]? content)
    {
    }

    public void OnRenewed(long sent) => Told.Enqueue("renewed");

    public void OnEngine(bool isUp, string reason)
    {
        Said = reason;
        Told.Enqueue(isUp ? "up" : "down");
    }

    public void OnExpired() => Told.Enqueue("expired");
}
