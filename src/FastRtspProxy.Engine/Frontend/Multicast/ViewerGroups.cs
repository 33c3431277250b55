using System.Runtime.CompilerServices;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The streams that are sent to multicast groups: what SETUP and DESCRIBE say of them, and who may have them so. A group has no access control, so a
/// stream that is not for everybody, or for so many only, is offered only where its options say that it is open all the same. Any thread.
/// </summary>
internal sealed class ViewerGroups(FrontendServer frontend)
{
    private const string Asked = "multicast";

    /// <summary>What whoever asks can have us say is said once in so long.</summary>
    private const long LogMilliseconds = 60_000;

    private readonly ConditionalWeakTable<IMount, GroupSender> _senders = [];
    private long _said = -LogMilliseconds;

    /// <summary>Where a stream is sent; null: it is offered to no group.</summary>
    public GroupAddress? ServedAt(IMount mount)
    {
        GroupAddress? address = frontend.Groups.Of(mount.Name);
        return mount.Replay is null && address is { Options: var options } && !frontend.Access.Policy.IsSecureOnly(mount.Name)
            && (options.IsOpen || (!options.HasViewerLimit && frontend.Access.Policy.IsForEverybody(mount.Name))) ? address : null;
    }

    /// <summary>How datagrams leave for a group; null: there is no way, which is said.</summary>
    public MulticastWay? WayTo(GroupAddress address, IMount mount)
    {
        MulticastOptions options = address.Options;
        MulticastWay? way = MulticastWay.Find(address.Group, options.Ttl, options.Interface, frontend.Options.BindAddress, out string problem);
        if (way is null && MaySay())
        {
            FrontendLog.NoWayToGroup(frontend.Log, mount.Name, address.Group, problem);
        }

        return way;
    }

    /// <summary>
    /// The answer to a client that wants a track by multicast; null: 461. Group, ports and TTL are ours to say: a client that could name them would
    /// have us send where it likes.
    /// </summary>
    public TransportSpec? Offer(ClientConnection connection, IMount mount, MountTrack track, TransportSpec wanted)
    {
        if (!connection.HasUdp || wanted.Tcp || wanted.Profile is not ("RTP/AVP" or "RTP/AVPF")
            || ServedAt(mount) is not { } address || WayTo(address, mount) is not { } way)
        {
            return null;
        }

        int port = address.PortOf(track.Index);
        return new TransportSpec
        {
            Profile = wanted.Profile,
            Multicast = true,
            Destination = address.Group.ToString(),
            Source = AddressText.ForPeer(way.Source),
            Port = new PortPair(port, port + 1),
            Ttl = address.Options.Ttl,
        };
    }

    /// <summary>What a session needs for a track that was offered so; null: the offer does not hold any more.</summary>
    public GroupSeat? SeatOf(IMount mount, TransportSpec offer, MountTrack track)
    {
        GroupAddress? address = ServedAt(mount);
        return address is not null && offer.Destination == address.Group.ToString() && offer.Port?.Rtp == address.PortOf(track.Index)
            ? new GroupSeat(_senders.GetValue(mount, one => new GroupSender(frontend, one)), address)
            : null;
    }

    /// <summary>The description with the group in it, for whoever asks for that (<c>?multicast</c>); null: not asked for, or not offered.</summary>
    public byte[]? Describe(string uri, IMount mount, MountDescription description)
    {
        if (!IsAsked(uri) || ServedAt(mount) is not { } address || WayTo(address, mount) is not { } way)
        {
            return null;
        }

        int[] ports = [.. description.Tracks.Where(static track => track.IsDescribed).Select(track => address.PortOf(track.Index))];
        return SdpMulticast.Of(description.SdpFor(address.Group.AddressFamily), address.Group, address.Options.Ttl, way.Source, ports);
    }

    /// <summary>True once a minute.</summary>
    public bool MaySay()
    {
        long said = Volatile.Read(ref _said);
        long now = Environment.TickCount64;
        return now - said >= LogMilliseconds && Interlocked.CompareExchange(ref _said, now, said) == said;
    }

    private static bool IsAsked(string uri)
    {
        int question = uri.IndexOf('?', StringComparison.Ordinal);
        foreach (Range part in question < 0 ? default : uri.AsSpan(question + 1).SplitAny('&', '/'))
        {
            ReadOnlySpan<char> word = uri.AsSpan(question + 1)[part];
            if (word.Equals(Asked, StringComparison.OrdinalIgnoreCase) || word.Equals($"{Asked}=1", StringComparison.OrdinalIgnoreCase)
                || word.Equals($"{Asked}=true", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
