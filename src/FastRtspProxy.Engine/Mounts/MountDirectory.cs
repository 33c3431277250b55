using System.Collections.Immutable;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>The mounts by path. Read from any thread; changed rarely, by exchange of the whole map.</summary>
internal sealed class MountDirectory : IMountDirectory
{
    private ImmutableDictionary<string, Mount> _byName = ImmutableDictionary.Create<string, Mount>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyCollection<IMount> All => [.. Volatile.Read(ref _byName).Values];

    /// <summary>Every mount of this moment, as what it is.</summary>
    public IEnumerable<Mount> Mounts => Volatile.Read(ref _byName).Values;

    /// <inheritdoc/>
    public IMount? Find(string path) => Volatile.Read(ref _byName).GetValueOrDefault(path);

    /// <summary>Adds a mount; false where the name is taken.</summary>
    public bool TryAdd(Mount mount) => ImmutableInterlocked.TryAdd(ref _byName, mount.Name, mount);

    /// <summary>Takes a mount out, and gives it to the caller to stop.</summary>
    public bool TryRemove(string name, out Mount? mount) => ImmutableInterlocked.TryRemove(ref _byName, name, out mount);
}
