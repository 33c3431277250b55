using System.Collections.Concurrent;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.TestPeers;

/// <summary>Mounts by name, as a test puts them there.</summary>
internal sealed class FakeMountDirectory : IMountDirectory
{
    private readonly ConcurrentDictionary<string, IMount> _mounts = new();

    public IMount? Find(string path) => _mounts.GetValueOrDefault(path);

    /// <summary>Makes a mount for a path that has none; null: there is no wildcard.</summary>
    public Func<string, IMount?>? Wildcard { get; set; }

    public bool StandsFor(string path) => Find(path) is null && Wildcard?.Invoke(path) is not null;

    public IMount? FindOrMake(string path, out bool isFull)
    {
        isFull = false;
        if (Find(path) is null && Wildcard?.Invoke(path) is { } made)
        {
            Add(made);
        }

        return Find(path);
    }

    public void Add(IMount mount) => _mounts[mount.Name] = mount;

    public void Remove(string name) => _mounts.TryRemove(name, out _);
}
