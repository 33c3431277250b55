using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using FastRtspProxy.Captures;
using FastRtspProxy.Captures.Recording;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Replay;
using FastRtspProxy.Simulator.Dialogue;
using FastRtspProxy.Simulator.Load;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Replay;

/// <summary>
/// Plays a recording through a server: this process is the camera before it and a client behind it, and says of each packet what became of it.
/// </summary>
/// <param name="recording">What the camera does.</param>
/// <param name="url">Of the server, where its clients find the stream.</param>
/// <param name="limit">For the connect, each answer, and for the first description.</param>
/// <param name="output">Where it is said.</param>
internal sealed class ReplayCheck(Recording recording, RtspUrl url, TimeSpan limit, TextWriter output)
{
    /// <summary>A server that has not read the camera before answers DESCRIBE with an error at first.</summary>
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<int, List<SentPacket>> _sent = [];
    private readonly Dictionary<int, List<SentPacket>> _got = [];

    /// <summary>By track that the server describes: the recorded one; -1: none.</summary>
    private readonly List<int> _trackOf = [];

    /// <summary>By track that the server describes, once it is set up.</summary>
    private readonly List<byte> _rtpChannels = [];

    /// <summary>A packet leaves the camera. On its shard.</summary>
    public void OnSent(RecordedPacket packet)
    {
        if (packet.Kind == CaptureKind.Rtp && packet.Track >= 0)
        {
            byte[] bytes = new byte[packet.Length];
            packet.CopyTo(bytes);
            Add(_sent, packet.Track, bytes);
        }
    }

    /// <summary>Plays it for so long, and says what came.</summary>
    /// <param name="duration">How long the client watches.</param>
    /// <param name="saysAll">A line for each packet, not only for those that did not come as they were.</param>
    /// <param name="cancel">Ends it, without a report.</param>
    public async Task<int> RunAsync(TimeSpan duration, bool saysAll, CancellationToken cancel)
    {
        using RtspConnection connection = await RtspConnection.ConnectAsync(url, limit, isInsecure: true, cancel);
        StreamDescription description = await DescribeAsync(connection, cancel);
        MapTracks(description);
        connection.OnFrame = OnFrame;
        for (int i = 0; i < description.Tracks.Count; i++)
        {
            ChannelPair channels = new((byte)(2 * i), (byte)((2 * i) + 1));
            TransportSpec wanted = new() { Tcp = true, Interleaved = channels };
            RtspMessage answer = await connection.RequestAsync(
                RtspMethod.Setup, description.Tracks[i].Control, cancel, new RtspHeader("Transport", TransportHeader.Format(wanted)));
            Require(answer, RtspMethod.Setup);
            _rtpChannels.Add(RtspConnection.ChannelsOf(answer, channels).Rtp);
            connection.TakeSession(answer);
        }

        Require(await connection.RequestAsync(RtspMethod.Play, description.AggregateUrl, cancel), RtspMethod.Play);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        over.CancelAfter(duration);
        await WatchAsync(connection, description.AggregateUrl, over.Token);
        return cancel.IsCancellationRequested ? ExitCode.Failed : Report(saysAll);
    }

    private static async Task WatchAsync(RtspConnection connection, string url, CancellationToken over)
    {
        bool isOpen = true;
        while (isOpen && !over.IsCancellationRequested)
        {
            using CancellationTokenSource turn = CancellationTokenSource.CreateLinkedTokenSource(over);
            turn.CancelAfter(connection.KeepAlive);
            isOpen = await connection.ReadFramesAsync(turn.Token) && (over.IsCancellationRequested || await connection.KeepAliveAsync(url, over));
        }
    }

    private static void Require(RtspMessage answer, string method)
    {
        if (answer.StatusCode != RtspStatus.Ok)
        {
            throw new InvalidDataException($"{method} was answered {answer.StatusCode} {answer.Reason}");
        }
    }

    private static void Add(Dictionary<int, List<SentPacket>> to, int track, ReadOnlySpan<byte> bytes)
    {
        if (!RtpPacketView.TryParse(bytes, out RtpPacketView view, out _))
        {
            return;
        }

        long micros = (long)(Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency));
        SentPacket packet = new(view.SequenceNumber, view.Timestamp, bytes[1], Hash(view.Payload), micros);
        lock (to)
        {
            if (!to.TryGetValue(track, out List<SentPacket>? list))
            {
                to.Add(track, list = []);
            }

            list.Add(packet);
        }
    }

    /// <summary>FNV-1a.</summary>
    private static ulong Hash(ReadOnlySpan<byte> payload)
    {
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (byte one in payload)
        {
            hash = (hash ^ one) * 0x100_0000_01B3;
        }

        return hash;
    }

    private async Task<StreamDescription> DescribeAsync(RtspConnection connection, CancellationToken cancel)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            RtspMessage answer = await connection.RequestAsync(
                RtspMethod.Describe, url.RequestUri, cancel, new RtspHeader("Accept", "application/sdp"));
            if (answer.StatusCode == RtspStatus.Ok)
            {
                return StreamDescription.Read(answer, url.RequestUri, TrackChoice.All, null, out string? error)
                    ?? throw new InvalidDataException(error);
            }

            if (Stopwatch.GetElapsedTime(began) > limit)
            {
                Require(answer, RtspMethod.Describe);
            }

            await Task.Delay(s_again, cancel);
        }
    }

    /// <summary>The server's tracks are the camera's of the same kind and payload type, in the same order.</summary>
    private void MapTracks(StreamDescription description)
    {
        foreach (TrackPlan plan in description.Tracks)
        {
            CapturedTrack? track = recording.Tracks.Tracks.FirstOrDefault(track => !_trackOf.Contains(track.Index) && track.Media is { } media
                && media.Type == plan.Media.Type && media.PayloadTypes.SequenceEqual(plan.Media.PayloadTypes));
            _trackOf.Add(track?.Index ?? -1);
        }
    }

    private void OnFrame(byte channel, ReadOnlySpan<byte> payload)
    {
        int track = _rtpChannels.IndexOf(channel);
        if (track >= 0 && _trackOf[track] >= 0)
        {
            Add(_got, _trackOf[track], payload);
        }
    }

    private int Report(bool saysAll)
    {
        bool isGood = _got.Count > 0;
        foreach (int track in _sent.Keys.Order())
        {
            List<SentPacket> sent;
            List<SentPacket> got;
            lock (_sent)
            {
                sent = [.. _sent[track]];
            }

            lock (_got)
            {
                got = [.. _got.GetValueOrDefault(track, [])];
            }

            if (!_trackOf.Contains(track))
            {
                output.WriteLine($"track {track}: not described by the server");
                continue;
            }

            FateList fates = FateList.Of(sent, got);
            Say(track, sent, got, fates, saysAll);
            isGood &= fates.Count(PacketFate.Delivered) > 0 && fates.Count(PacketFate.Missing) + fates.Count(PacketFate.Changed) == 0;
        }

        return isGood ? ExitCode.Passed : ExitCode.Failed;
    }

    private void Say(int track, List<SentPacket> sent, List<SentPacket> got, FateList fates, bool saysAll)
    {
        List<long> delays = [];
        for (int i = 0; i < sent.Count; i++)
        {
            long delay = fates.Places[i] < 0 ? -1 : got[fates.Places[i]].Micros - sent[i].Micros;
            if (delay >= 0 && fates.Fates[i] == PacketFate.Delivered)
            {
                delays.Add(delay);
            }

            if (saysAll || fates.Fates[i] is PacketFate.Missing or PacketFate.Changed)
            {
                string came = delay < 0
                    ? string.Empty
                    : string.Create(CultureInfo.InvariantCulture, $" as seq {got[fates.Places[i]].Number} after {delay / 1000.0:0.000} ms");
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"track {track} packet {i} seq {sent[i].Number} timestamp {sent[i].Timestamp}: {Word(fates.Fates[i])}{came}"));
            }
        }

        delays.Sort();
        string times = delays.Count == 0
            ? string.Empty
            : string.Create(
                CultureInfo.InvariantCulture,
                $"; {delays[delays.Count / 2] / 1000.0:0.000} ms in the middle, {delays[delays.Count * 99 / 100] / 1000.0:0.000} ms p99");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"track {track}: {sent.Count} sent, {fates.Count(PacketFate.Delivered)} delivered, {fates.Count(PacketFate.Changed)} changed, "
            + $"{fates.Count(PacketFate.Missing)} missing, {fates.Count(PacketFate.BeforeJoin)} before the client began, "
            + $"{fates.Count(PacketFate.AfterEnd)} after it ended, {fates.Repeated} repeated, {fates.Extra} of the server's own{times}"));
    }

    private static string Word(PacketFate fate) => fate switch
    {
        PacketFate.Delivered => "delivered",
        PacketFate.Changed => "changed",
        PacketFate.BeforeJoin => "before the client began",
        PacketFate.AfterEnd => "after it ended",
        _ => "missing",
    };
}
