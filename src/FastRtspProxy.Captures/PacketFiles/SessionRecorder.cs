using System.Net;
using FastRtspProxy.Captures.Recording;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>Reads a packet capture once more, and records the sessions that were chosen, with their datagrams.</summary>
internal sealed class SessionRecorder(CaptureRecorder recorder, IReadOnlyList<PacketSession> chosen) : SessionFinder
{
    private readonly Dictionary<int, int> _connections = [];
    private long? _beganMicros;

    /// <summary>Where the recording is.</summary>
    public long RecordedMicros { get; private set; }

    /// <inheritdoc/>
    public override void OnDatagram(in IpAddressPair pair, int fromPort, int toPort, ReadOnlySpan<byte> payload, long micros)
    {
        base.OnDatagram(pair, fromPort, toPort, payload, micros);
        if (chosen.Count == 0)
        {
            return;
        }

        UInt128 client = chosen[0].Client;
        bool isGroup = IsGroup(pair.To);
        bool isToKnown = recorder.Tracks.OfPort(toPort, out _) is not null;

        // By the ports where camera and client are one machine.
        if (isToKnown && (isGroup ? pair.From != client : pair.To == client))
        {
            recorder.OnDatagram(CaptureSide.Camera, toPort, payload, Now());
        }
        else if (pair.From == client && (isGroup ? isToKnown : recorder.Tracks.OfPort(fromPort, out _) is not null))
        {
            recorder.OnDatagram(CaptureSide.Client, isGroup ? toPort : fromPort, payload, Now());
        }
    }

    /// <inheritdoc/>
    protected override void OnRtsp(PacketSession session, bool isFromCamera, ReadOnlySpan<byte> bytes)
    {
        if (ConnectionOf(session) is { } connection)
        {
            recorder.OnStream(connection, isFromCamera ? CaptureSide.Camera : CaptureSide.Client, bytes, Now());
        }
    }

    /// <inheritdoc/>
    protected override void OnGap(PacketSession session, bool isFromCamera, long bytes)
    {
        if (ConnectionOf(session) is { } connection)
        {
            recorder.OnStreamGap(connection, isFromCamera ? CaptureSide.Camera : CaptureSide.Client, bytes, Now());
        }
    }

    private static bool IsGroup(UInt128 address)
    {
        IPAddress group = IpAddressPair.ToAddress(address);
        return group.IsIPv6Multicast
            || (group.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && (group.GetAddressBytes()[0] & 0xF0) == 0xE0);
    }

    private int? ConnectionOf(PacketSession session)
    {
        foreach (PacketSession one in chosen)
        {
            if (one.Index == session.Index)
            {
                if (!_connections.TryGetValue(session.Index, out int connection))
                {
                    connection = _connections.Count + 1;
                    _connections.Add(session.Index, connection);
                    recorder.Open(connection, Now(), session.IsTunnelled ? "tunnel" : "tcp");
                }

                return Math.Min(connection, CaptureLimits.Connections);
            }
        }

        return null;
    }

    private long Now()
    {
        _beganMicros ??= NowMicros;
        RecordedMicros = Math.Clamp(NowMicros - _beganMicros.Value, RecordedMicros, CaptureLimits.MicrosMax - 1);
        return RecordedMicros;
    }
}
