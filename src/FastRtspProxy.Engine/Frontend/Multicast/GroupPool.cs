using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Which stream has which multicast group. One that names its group has that; the others share a network, where each gets one of its own, by its
/// name: the same one after the next start, unless another stream has it. Any thread.
/// </summary>
internal sealed class GroupPool
{
    /// <summary>
    /// Ports of streams that share a network: below those that kernels give to anybody, and another one for each as far as there are, because some
    /// players hear every group of their machine that comes to their port.
    /// </summary>
    private const int FirstPort = 20_000;
    private const int PortSlots = (32_768 - FirstPort) / MulticastOptions.PortsPerStream;

    private readonly Lock _lock = new();

    /// <summary>Those that have one, or want one.</summary>
    private readonly Dictionary<string, (MulticastOptions Options, GroupAddress? Address)> _streams = new(StringComparer.Ordinal);

    /// <summary>The groups out of networks, and who has them.</summary>
    private readonly Dictionary<IPAddress, string> _drawn = [];

    /// <summary>The groups that streams name, and how many do.</summary>
    private readonly Dictionary<IPAddress, int> _named = [];

    /// <summary>Where a stream goes; null: to no group.</summary>
    public GroupAddress? Of(string stream)
    {
        lock (_lock)
        {
            return _streams.TryGetValue(stream, out (MulticastOptions Options, GroupAddress? Address) known) ? known.Address : null;
        }
    }

    /// <summary>A stream comes, or goes by other options; null: it has no group.</summary>
    public void Set(string stream, MulticastOptions? options)
    {
        lock (_lock)
        {
            if (options is not null && _streams.TryGetValue(stream, out (MulticastOptions Options, GroupAddress? Address) known)
                && known.Options == options)
            {
                return;
            }

            bool isFreed = Take(stream);
            if (options?.Group is { } group)
            {
                _named[group] = _named.GetValueOrDefault(group) + 1;
                _streams[stream] = (options, new GroupAddress(group, options.Port ?? MulticastOptions.DefaultPort, options));
                if (_drawn.Remove(group, out string? loser))
                {
                    Draw(loser, _streams[loser].Options);
                }
            }
            else if (options?.Groups is not null)
            {
                Draw(stream, options);
            }

            if (isFreed)
            {
                DrawForThoseWithout();
            }
        }
    }

    /// <summary>The stream has gone.</summary>
    public void Remove(string stream) => Set(stream, null);

    /// <summary>True: a group has become free.</summary>
    private bool Take(string stream)
    {
        if (!_streams.Remove(stream, out (MulticastOptions Options, GroupAddress? Address) known) || known.Address is not { Group: var group })
        {
            return false;
        }

        if (known.Options.Group is null)
        {
            return _drawn.Remove(group);
        }

        return --_named[group] == 0 && _named.Remove(group);
    }

    private void DrawForThoseWithout()
    {
        foreach ((string stream, (MulticastOptions options, _)) in _streams.Where(static known => known.Value.Address is null).ToArray())
        {
            Draw(stream, options);
        }
    }

    private void Draw(string stream, MulticastOptions options)
    {
        uint hash = HashOf(stream);
        _streams[stream] = (options, null); // it wants one, and there may be none
        if (TryFindFree(options.Groups!.Value, hash, out IPAddress? group))
        {
            _drawn[group] = stream;
            int port = options.Port ?? FirstPort + (MulticastOptions.PortsPerStream * (int)(hash % PortSlots));
            _streams[stream] = (options, new GroupAddress(group, port, options));
        }
    }

    private bool TryFindFree(IPNetwork groups, uint hash, [NotNullWhen(true)] out IPAddress? group)
    {
        int count = MulticastOptions.CountOf(groups);
        for (int i = 0; i < count; i++)
        {
            group = At(groups, (int)((hash + (uint)i) % (uint)count));
            if (MulticastOptions.FindGroupFault(group) is null && !_drawn.ContainsKey(group) && !_named.ContainsKey(group))
            {
                return true;
            }
        }

        group = null;
        return false;
    }

    private static IPAddress At(IPNetwork groups, int index)
    {
        byte[] bytes = groups.BaseAddress.GetAddressBytes();
        for (int i = bytes.Length - 1; index > 0; i--, index >>= 8)
        {
            bytes[i] |= (byte)index; // below the prefix all bits are 0
        }

        return new IPAddress(bytes);
    }

    /// <summary>FNV-1a of the name: the same on each machine and after each start.</summary>
    private static uint HashOf(string name)
    {
        uint hash = 2_166_136_261;
        foreach (char c in name)
        {
            hash = unchecked((hash ^ c) * 16_777_619);
        }

        return hash;
    }
}
