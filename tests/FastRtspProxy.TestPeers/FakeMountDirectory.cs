using System.Collections.Concurrent;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.TestPeers;

/// <summary>Mounts by name, as a test puts them there.</summary>
internal sealed class FakeMountDirectory : IMountDirectory
{
    private readonly ConcurrentDictionary<string, IMount> _mounts = new();

    public IMount? Find(string path) => _mounts.GetValueOrDefault(path);

    public void Add(IMount mount) => _mounts[mount.Name] = mount;

    public void Remove(string name) => _mounts.TryRemove(name, out _);
}
