using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Simulator.Receive;

/// <summary>
/// The multicast groups that the clients of one shard listen to: one socket for each port of a group, as a machine with one player has, and each
/// client of the shard gets what comes there. A socket for each client would have the kernel copy every packet for each, on the sender's time where
/// the sender is on the same machine. On the shard only.
/// </summary>
internal sealed class GroupReceivers(Shard shard)
{
    private const int ReceiveBufferBytes = 4 << 20;

    private readonly Dictionary<(IPAddress Group, int Port), Member> _members = [];

    /// <summary>The track gets what comes to a port of the group. 0, or minus errno.</summary>
    public int Join(IPAddress group, int port, bool isRtcp, IPAddress? source, IPAddress? local, TrackReceiver track)
    {
        if (!_members.TryGetValue((group, port), out Member? member))
        {
            int fd = RawSocket.OpenGroup(group, port, source, local);
            if (fd < 0)
            {
                return fd;
            }

            _ = SocketSetup.AskReceiveBuffer(fd, ReceiveBufferBytes); // many listeners take longer than one
            Listeners listeners = new();
            member = new Member(new UdpReceiver(shard, listeners, isRtcp, fd), listeners);
            if (!member.Receiver.Start(joinDatagrams: false))
            {
                member.Receiver.Close();
                return -LinuxConstants.ErrorNoMemory;
            }

            _members.Add((group, port), member);
        }

        member.Listeners.Add(track);
        return 0;
    }

    /// <summary>The track gets nothing more of any group.</summary>
    public void Leave(TrackReceiver track)
    {
        foreach (((IPAddress, int) key, Member member) in _members.ToArray())
        {
            if (member.Listeners.Remove(track) && member.Listeners.Count == 0)
            {
                member.Receiver.Close();
                _members.Remove(key);
            }
        }
    }

    private sealed record Member(UdpReceiver Receiver, Listeners Listeners);

    private sealed class Listeners : IMediaTaker
    {
        private readonly List<TrackReceiver> _tracks = [];

        public int Count => _tracks.Count;

        public void Add(TrackReceiver track) => _tracks.Add(track);

        public bool Remove(TrackReceiver track) => _tracks.Remove(track);

        // From the end, because what a track gets may end its client, which takes tracks out.
        public void TakeRtp(ReadOnlySpan<byte> packet, long nowMicros, long nowUnixMicros)
        {
            for (int i = _tracks.Count - 1; i >= 0; i = Math.Min(i, _tracks.Count) - 1)
            {
                _tracks[i].TakeRtp(packet, nowMicros, nowUnixMicros);
            }
        }

        public void TakeRtcp(ReadOnlySpan<byte> compound, long nowMicros)
        {
            for (int i = _tracks.Count - 1; i >= 0; i = Math.Min(i, _tracks.Count) - 1)
            {
                _tracks[i].TakeRtcp(compound, nowMicros);
            }
        }

        public void SetKernelDrops(long drops)
        {
            foreach (TrackReceiver track in _tracks)
            {
                track.SetKernelDrops(drops);
            }
        }
    }
}
