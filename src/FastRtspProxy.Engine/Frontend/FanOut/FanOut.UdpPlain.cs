using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Net;
using FastRtspProxy.Engine.Net.Linux;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What goes to UDP viewers without segments: the packets of those whose way refuses these, and sender reports. As many messages a sendmmsg as there are.</summary>
internal sealed unsafe partial class FanOut
{
    private void MakePlain(UdpViewer viewer)
    {
        foreach (UdpTrackList? list in _udpTracks)
        {
            list?.Remove(viewer);
        }

        viewer.IsPlain = true;
        _udpPlain.Add(viewer);
    }

    /// <summary>A run to one viewer, each packet on its own. The plan's messages must be aimed anew afterwards.</summary>
    private void SendPlain(UdpSendPlan plan, in UdpRun run, UdpViewer viewer)
    {
        if (run.Track >= viewer.Tracks.Length || viewer.Tracks[run.Track].Rtp.IsEmpty)
        {
            return;
        }

        UdpMediaSockets media = _shard.Media!;
        PeerAddress address = viewer.Tracks[run.Track].Rtp.ForKernel();
        MultiMessage* messages = plan.Packets(run, &address, viewer.Tracks[run.Track].Source, viewer.Tracks[run.Track].IsRaw);
        UdpRefusals refusals = default;
        for (int done = 0; done < run.PacketCount;)
        {
            int sent = media.Send(messages + done, run.PacketCount - done);
            if (sent > 0)
            {
                done += sent;
                refusals = default;
                continue;
            }

            UdpRefusalStep step = refusals.Next(Marshal.GetLastPInvokeError(), isSegmented: false);
            if (step == UdpRefusalStep.Wait)
            {
                viewer.DroppedPackets += run.PacketCount - done;
                return;
            }

            if (!IsSentAgain(step))
            {
                viewer.DroppedPackets++;
                done++;
                refusals = default;
            }
        }
    }

    /// <summary>Reads the error queue where that is the step, and says whether the same message is sent again.</summary>
    private bool IsSentAgain(UdpRefusalStep step)
    {
        bool isDrained = step is UdpRefusalStep.DrainAndAgain or UdpRefusalStep.AgainIfDrained && _shard.Media!.DrainErrors();
        return isDrained || step is UdpRefusalStep.Again or UdpRefusalStep.DrainAndAgain;
    }

    private void SendRtcp(UdpSendPlan plan, in UdpRun run, UdpTrackList? list)
    {
        long now = _shard.NowMicros;
        int count = 0;
        for (int i = 0; list is not null && i < list.Count; i++)
        {
            AddReport(plan, run, list[i], now, ref count);
        }

        foreach (UdpViewer viewer in CollectionsMarshal.AsSpan(_udpPlain))
        {
            AddReport(plan, run, viewer, now, ref count);
        }

        SendReports(plan, count);
    }

    private void AddReport(UdpSendPlan plan, in UdpRun run, UdpViewer viewer, long nowMicros, ref int count)
    {
        if (run.Track >= viewer.Tracks.Length || viewer.Tracks[run.Track].Rtcp.IsEmpty || nowMicros < viewer.Tracks[run.Track].RtcpClosedUntilMicros)
        {
            return;
        }

        plan.PutReport(run, count++, viewer.Tracks[run.Track].Rtcp, viewer.Tracks[run.Track].Source);
        if (count == UdpSendPlan.MaxMessages)
        {
            SendReports(plan, count);
            count = 0;
        }
    }

    /// <summary>A report that finds no room is left out: the next one is as good.</summary>
    private void SendReports(UdpSendPlan plan, int count)
    {
        UdpMediaSockets media = _shard.Media!;
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
