using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Which streams there are, and which of them are told as one. A stream that goes stays in its groups until nothing of it is under way any more.
/// Touched when streams come and go, and by whoever reads figures; never by media. Any thread.
/// </summary>
internal sealed class StreamLedger
{
    /// <summary>The name of what registered streams are together; no stream has a bracket before its name by accident.</summary>
    public const string RegisteredName = "(registered)";

    /// <summary>How long sessions of a stream that was removed may take to end.</summary>
    private const int LeaveSecondsMax = 30;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, StreamGroup> _groups = new(StringComparer.Ordinal);

    /// <summary>Replaced as a whole, under the lock; whoever reads one has it whole.</summary>
    private volatile Mount[] _streams = [];
    private volatile StreamGroup[] _named = [];

    /// <summary>Every stream of this moment; another array when another has come or gone.</summary>
    public Mount[] Streams => _streams;

    /// <summary>Registered streams, and the instances of each wildcard, together.</summary>
    public StreamGroup[] Groups => _named;

    /// <summary>All streams, whoever made them.</summary>
    public StreamGroup All { get; } = new("(all)");

    /// <summary>A stream was made. It may have been taken out meanwhile, and <see cref="OnRemoved"/> told so before this.</summary>
    /// <param name="mount">The stream.</param>
    /// <param name="mounts">Where it is found until it is taken out.</param>
    public void OnAdded(Mount mount, IMountDirectory mounts)
    {
        lock (_lock)
        {
            if (mounts.Find(mount.Name) != mount)
            {
                return;
            }

            All.Add(mount);
            if (GroupNameOf(mount) is { } name)
            {
                if (!_groups.TryGetValue(name, out StreamGroup? group))
                {
                    _groups.Add(name, group = new StreamGroup(name));
                    _named = [.. _groups.Values];
                }

                group.Add(mount);
            }

            _streams = [.. _streams, mount];
        }
    }

    /// <summary>A stream was taken out, and is about to be stopped.</summary>
    public void OnRemoved(Mount mount)
    {
        lock (_lock)
        {
            _streams = [.. _streams.Where(one => one != mount)];
        }

        _ = RetireAsync(mount);
    }

    /// <summary>A wildcard stream was removed: nobody asks for what its instances were together.</summary>
    public void Forget(string wildcard)
    {
        lock (_lock)
        {
            _groups.Remove(NameOf(wildcard));
            _named = [.. _groups.Values];
        }
    }

    private static string NameOf(string wildcard) => $"(wildcard {wildcard})";

    private static string? GroupNameOf(Mount mount) => mount.Origin switch
    {
        StreamOrigin.Registered => RegisteredName,
        StreamOrigin.Wildcard => NameOf(mount.Wildcard!),
        _ => null,
    };

    private async Task RetireAsync(Mount mount)
    {
        for (int i = 0; i < LeaveSecondsMax && (i == 0 || mount.Counters.Viewers() > 0); i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        All.Retire(mount);
        StreamGroup? group = null;
        lock (_lock)
        {
            _ = GroupNameOf(mount) is { } name && _groups.TryGetValue(name, out group);
        }

        group?.Retire(mount);
    }
}
