using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// What goes to UDP viewers without segments: the packets of those whose way refuses these, and sender reports. As many messages a sendmmsg as there
/// are.
/// </summary>
internal sealed unsafe class UdpSingles(FanOutTable table, DeliveryCounters counters)
{
    private readonly Shard _shard = table.Shard;

    /// <summary>
    /// How long a viewer rests to which there is no way at present. An address that moved away by mistake, or a route, is back in seconds at the
    /// earliest.
    /// </summary>
    private const long RestMicros = 1_000_000;

    /// <summary>What went to it in plain datagrams alone was refused for want of a way: whether it takes segments is open again.</summary>
    public void Rest(UdpViewer viewer)
    {
        viewer.RestsUntilMicros = _shard.NowMicros + RestMicros;
        viewer.IsPlain = viewer.HasRaw;
    }

    /// <summary>
    /// A run to one viewer, each packet on its own. The plan's messages must be aimed anew afterwards. True: it rested, and takes packets again.
    /// </summary>
    public bool Send(UdpSendPlan plan, in UdpRun run, UdpViewer viewer)
    {
        if (run.Track >= viewer.Tracks.Length || viewer.Tracks[run.Track].Rtp.IsEmpty)
        {
            return false;
        }

        if (_shard.NowMicros < viewer.RestsUntilMicros)
        {
            CountDropped(viewer, run.PacketCount);
            return false;
        }

        bool hasRested = viewer.RestsUntilMicros != 0;
        UdpMediaSockets media = table.Media!;
        PeerAddress address = viewer.Tracks[run.Track].Rtp.ForKernel();
        MultiMessage* messages = plan.Packets(run, &address, viewer.Tracks[run.Track].Source, viewer.Tracks[run.Track].IsRaw);
        UdpRefusals refusals = default;
        for (int done = 0; done < run.PacketCount;)
        {
            int sent = media.Send(messages + done, run.PacketCount - done);
            if (sent > 0)
            {
                done += sent;
                counters.CountSent(ViewerWay.Udp, (long)run.TotalBytes * sent / run.PacketCount, sent);
                refusals = default;
                continue;
            }

            int errno = Marshal.GetLastPInvokeError();
            table.Counters.CountRefused(errno);
            UdpRefusalStep step = refusals.Next(errno, isSegmented: false);
            if (step == UdpRefusalStep.Wait)
            {
                CountDropped(viewer, run.PacketCount - done);
                return false;
            }

            if (IsSentAgain(step))
            {
                continue;
            }

            if (step == UdpRefusalStep.AgainIfDrained && UdpRefusals.Lasts(errno))
            {
                CountDropped(viewer, run.PacketCount - done);
                Rest(viewer);
                return false;
            }

            CountDropped(viewer, 1);
            done++;
            refusals = default;
        }

        viewer.RestsUntilMicros = 0;
        return hasRested;
    }

    /// <summary>Reads the error queue where that is the step, and says whether the same message is sent again.</summary>
    public bool IsSentAgain(UdpRefusalStep step)
    {
        bool isDrained = step is UdpRefusalStep.DrainAndAgain or UdpRefusalStep.AgainIfDrained && table.Media!.DrainErrors();
        return isDrained || step is UdpRefusalStep.Again or UdpRefusalStep.DrainAndAgain;
    }

    /// <summary>A viewer's way took nothing.</summary>
    public void CountDropped(UdpViewer viewer, int packets)
    {
        viewer.DroppedPackets += packets;
        counters.CountDropped(DropCause.Socket, packets);
    }

    /// <summary>A report to everybody in step: those of the track's list, and those that get plain packets.</summary>
    public void SendReport(UdpSendPlan plan, in UdpRun run, UdpTrackList? list, List<UdpViewer> plain)
    {
        long now = _shard.NowMicros;
        int count = 0;
        for (int i = 0; list is not null && i < list.Count; i++)
        {
            AddReport(plan, run, list[i], now, ref count);
        }

        foreach (UdpViewer viewer in CollectionsMarshal.AsSpan(plain))
        {
            AddReport(plan, run, viewer, now, ref count);
        }

        SendReports(plan, count);
    }

    /// <summary>A report to one viewer.</summary>
    public void SendReport(UdpSendPlan plan, in UdpRun run, UdpViewer viewer)
    {
        int count = 0;
        AddReport(plan, run, viewer, _shard.NowMicros, ref count);
        SendReports(plan, count);
    }

    private void AddReport(UdpSendPlan plan, in UdpRun run, UdpViewer viewer, long nowMicros, ref int count)
    {
        if (run.Track >= viewer.Tracks.Length || viewer.Tracks[run.Track].Rtcp.IsEmpty
            || nowMicros < Math.Max(viewer.Tracks[run.Track].RtcpClosedUntilMicros, viewer.RestsUntilMicros))
        {
            return;
        }

        plan.PutReport(run, count++, viewer.Tracks[run.Track].Rtcp, viewer.Tracks[run.Track].Source);
        if (count == UdpSendPlan.MessagesMax)
        {
            SendReports(plan, count);
            count = 0;
        }
    }

    /// <summary>A report that finds no room is left out: the next one is as good.</summary>
    private void SendReports(UdpSendPlan plan, int count)
    {
        UdpMediaSockets media = table.Media!;
        UdpRefusals refusals = default;
        for (int done = 0; done < count;)
        {
            int sent = media.SendReports(plan.Messages + done, count - done);
            if (sent > 0)
            {
                done += sent;
                refusals = default;
                continue;
            }

            UdpRefusalStep step = refusals.Next(Marshal.GetLastPInvokeError(), isSegmented: false);
            if (step == UdpRefusalStep.Wait)
            {
                return;
            }

            bool isDrained = step is UdpRefusalStep.DrainAndAgain or UdpRefusalStep.AgainIfDrained && media.DrainReportErrors();
            if (!isDrained && step is not (UdpRefusalStep.Again or UdpRefusalStep.DrainAndAgain))
            {
                done++;
                refusals = default;
            }
        }
    }
}
