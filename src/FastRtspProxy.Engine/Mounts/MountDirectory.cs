using System.Collections.Immutable;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// The mounts by path. Read from any thread; changed rarely, by exchange of the whole map: each acquire load of it pairs with the compare-exchange
/// that put it there, so whoever finds a mount finds it as it was made.
/// </summary>
internal sealed class MountDirectory : IMountDirectory
{
    private ImmutableDictionary<string, Mount> _byName = ImmutableDictionary.Create<string, Mount>(StringComparer.Ordinal);

    /// <summary>Every mount of this moment.</summary>
    public IEnumerable<Mount> Mounts => Volatile.Read(ref _byName).Values;

    /// <summary>
    /// Names that a wildcard stream would serve: strangers get none of them (<see cref="IsFree(string)"/>). Set once, before anybody asks.
    /// </summary>
    public Func<string, bool> IsReserved { get; set; } = static _ => false;

    /// <summary>Told of each mount that comes, and of each that goes. Any thread; set once, before anybody asks.</summary>
    public Action<Mount>? Added { get; set; }

    /// <inheritdoc cref="Added"/>
    public Action<Mount>? Removed { get; set; }

    /// <inheritdoc/>
    public IMount? Find(string path) => Volatile.Read(ref _byName).GetValueOrDefault(path);

    /// <summary>
    /// Adds a mount; false where the name is taken, or one name is the beginning of the other at a slash: requests for tracks (`cam/track1`) would
    /// reach one in place of the other.
    /// </summary>
    public bool TryAdd(Mount mount) => TryAdd(mount, static _ => false, out _);

    /// <summary>
    /// The same, in the place of mounts that give way; in one step, so that nobody gets their names in between. They are given to the caller to stop.
    /// </summary>
    public bool TryAdd(Mount mount, Predicate<Mount> givesWay, out List<Mount> gone)
    {
        while (true)
        {
            ImmutableDictionary<string, Mount> known = Volatile.Read(ref _byName);
            gone = [.. known.Values.Where(other => MountNames.Collide(other.Name, mount.Name))];
            if (!gone.TrueForAll(givesWay))
            {
                gone = [];
                return false;
            }

            ImmutableDictionary<string, Mount> next = known.RemoveRange(gone.Select(static other => other.Name)).Add(mount.Name, mount);
            if (Interlocked.CompareExchange(ref _byName, next, known) == known)
            {
                gone.ForEach(other => Removed?.Invoke(other));
                Added?.Invoke(mount);
                return true;
            }
        }
    }

    /// <summary>
    /// True for a name that a stranger may have, at this moment: <see cref="TryAdd"/> would take it, and no wildcard stream stands for it.
    /// </summary>
    public bool IsFree(string name) => !IsReserved(name) && IsFree(name, Volatile.Read(ref _byName));

    /// <summary>Takes a mount out, and gives it to the caller to stop.</summary>
    public bool TryRemove(string name, out Mount? mount)
    {
        if (!ImmutableInterlocked.TryRemove(ref _byName, name, out mount))
        {
            return false;
        }

        Removed?.Invoke(mount!);
        return true;
    }

    /// <summary>Takes out that very mount; false where it has gone already, whoever has its name now.</summary>
    public bool TryRemove(Mount mount)
    {
        while (true)
        {
            ImmutableDictionary<string, Mount> known = Volatile.Read(ref _byName);
            if (known.GetValueOrDefault(mount.Name) != mount)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _byName, known.Remove(mount.Name), known) == known)
            {
                Removed?.Invoke(mount);
                return true;
            }
        }
    }

    private static bool IsFree(string name, ImmutableDictionary<string, Mount> known)
    {
        foreach (string other in known.Keys)
        {
            if (MountNames.Collide(other, name))
            {
                return false;
            }
        }

        return true;
    }
}
