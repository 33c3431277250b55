using System.Collections.Concurrent;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Mounts that come and go by REGISTER and DEREGISTER. Any thread.</summary>
internal sealed class MountRegistry(
    MountDirectory mounts, MountFactory factory, Action<string, string> onRegistered) : IStreamRegistry
{
    /// <summary>
    /// Numbers that a REGISTER without a name tries: viewers may have had a wildcard make some of them, and a pattern may spell their beginning. The
    /// next one goes on behind these.
    /// </summary>
    private const int NumbersTriedMax = 100;

    /// <summary>
    /// By name, each registered mount and its URL: put in last when one comes. One that had to give way may be here still when its name is another's.
    /// </summary>
    private readonly ConcurrentDictionary<string, (string Url, Mount Mount)> _registered = new(StringComparer.Ordinal);

    /// <summary>The number of the last name that we gave; never goes back.</summary>
    private int _numbers;

    /// <summary>Registered mounts, those included that are being made or have not ended yet.</summary>
    private int _count;

    /// <inheritdoc/>
    public Task<RegisterOutcome> RegisterAsync(StreamRegistration registration) => Task.FromResult(Register(registration));

    /// <inheritdoc/>
    public string? NameOf(RtspUrl url) => NamesOf(url) is [string name] ? name : null;

    /// <inheritdoc/>
    public async Task<DeregisterOutcome> DeregisterAsync(RtspUrl url, string? suffix)
    {
        List<string> names = suffix is not null ? [suffix] : NamesOf(url);
        if (names.Count > 1)
        {
            return DeregisterOutcome.Ambiguous;
        }

        if (names.Count == 0 || !_registered.TryGetValue(names[0], out (string Url, Mount Mount) one) || !mounts.TryRemove(one.Mount))
        {
            return DeregisterOutcome.Unknown;
        }

        await EndAsync(one.Mount);
        return DeregisterOutcome.Removed;
    }

    /// <summary>Ends a registered stream that was taken out of the directory, and counts it no more when it is over.</summary>
    public async Task EndAsync(Mount mount)
    {
        await mount.StopAsync(MountEnd.Removed);
        _ = CountOutAsync(mount);
    }

    /// <summary>
    /// A stream counts until the last attempt to reach its camera has ended: until then it has descriptors, which are reserved for so many streams.
    /// </summary>
    private async Task CountOutAsync(Mount mount)
    {
        Forget(mount);
        await mount.Ended;
        Interlocked.Decrement(ref _count);
    }

    private void Forget(Mount mount)
    {
        if (_registered.TryGetValue(mount.Name, out (string Url, Mount Mount) one) && one.Mount == mount)
        {
            _registered.TryRemove(KeyValuePair.Create(mount.Name, one));
        }
    }

    private List<string> NamesOf(RtspUrl url) =>
        [.. _registered.Where(entry => entry.Value.Url == url.Text && mounts.Find(entry.Key) == entry.Value.Mount).Select(static entry => entry.Key)];

    private RegisterOutcome Register(StreamRegistration registration)
    {
        if (Interlocked.Increment(ref _count) > factory.Registered.MaxRegistered)
        {
            Interlocked.Decrement(ref _count);
            return RegisterOutcome.Full;
        }

        for (int tries = registration.Suffix is null ? NumbersTriedMax : 1; tries > 0; tries--)
        {
            string name = registration.Suffix ?? NumberedNames.Of(Interlocked.Increment(ref _numbers));
            Mount? mount = mounts.IsFree(name) ? factory.Create(name, registration) : null;
            if (mount is not null && mounts.TryAdd(mount))
            {
                if (mounts.IsReserved(name))
                {
                    // A wildcard has come meanwhile, and may have looked for such streams before this one was there.
                    _ = mounts.TryRemove(mount) ? EndAsync(mount) : Task.CompletedTask;
                    return registration.Suffix is null ? RegisterOutcome.NoneFree : RegisterOutcome.NameTaken;
                }

                // Its name last: a DEREGISTER that finds it finds the mount too, started, and stops it. One that comes before finds nothing, and is
                // told so.
                mount.Start();
                _registered[name] = (registration.Url.Text, mount);
                if (mounts.Find(name) != mount)
                {
                    Forget(mount); // it gave way meanwhile
                }

                onRegistered(registration.Url.Redacted, name);
                return RegisterOutcome.Accepted;
            }

            mount?.Drop();
        }

        Interlocked.Decrement(ref _count);
        return registration.Suffix is null ? RegisterOutcome.NoneFree : RegisterOutcome.NameTaken;
    }
}
