using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Simulator.Probe;

/// <summary>What the answers of an ordinary play say about the server.</summary>
internal static class DescriptionChecks
{
    /// <summary>The answer of DESCRIBE.</summary>
    public static IEnumerable<Finding> Of(RtspMessage answer)
    {
        string? type = answer.Header("Content-Type");
        yield return new Finding(
            Rules.Description,
            "DESCRIBE says Content-Type: application/sdp",
            type?.StartsWith("application/sdp", StringComparison.OrdinalIgnoreCase) == true,
            type ?? "not there");
        if (!SdpDocument.TryParse(answer.Body, out SdpDocument? sdp, out _))
        {
            yield break;
        }

        string[] wanted = ["v=", "o=", "s=", "t="];
        string[] missing = [.. wanted.Where(start => !sdp.SessionLines.Any(line => line.StartsWith(start, StringComparison.Ordinal)))];
        yield return new Finding(
            Rules.Description,
            "the SDP has v=, o=, s= and t=",
            missing.Length == 0,
            missing.Length == 0 ? "yes" : "missing: " + string.Join(' ', missing));
        bool hasBase = answer.Header("Content-Base") is not null || answer.Header("Content-Location") is not null
            || sdp.Media.All(static media => media.Control?.StartsWith("rtsp", StringComparison.OrdinalIgnoreCase) == true);
        yield return new Finding(Rules.Description, "Content-Base, or absolute control URLs", hasBase, hasBase ? "yes" : "neither");
        bool hasControls = sdp.Media.Count < 2 || sdp.Media.All(static media => media.Control is not null);
        yield return new Finding(Rules.Description, "a=control for each track", hasControls, hasControls ? "yes" : "missing");
        bool zeroPorts = sdp.Media.All(static media => media.Port == 0);
        yield return new Finding(Rules.Description, "port 0 in m= for unicast", zeroPorts, zeroPorts ? "yes" : "ports are named (multicast?)");
    }

    /// <summary>The answer of the first SETUP.</summary>
    public static IEnumerable<Finding> OfSetUp(RtspMessage answer, TransportSpec wanted)
    {
        string text = answer.Header("Session") ?? "";
        bool hasSession = SessionHeader.TryParse(text, out string id, out int? timeout);
        yield return new Finding(
            Rules.SessionId,
            "the session id has 8 characters or more",
            hasSession && id.Length >= 8,
            hasSession ? $"{id.Length}, time-out {(timeout is null ? "60 s (not said)" : timeout + " s")}" : "no Session header");
        IReadOnlyList<TransportSpec> specs = TransportHeader.Parse(answer.Header("Transport") ?? "");
        if (specs.Count != 1)
        {
            yield return new Finding(
                Rules.TransportList,
                "exactly one transport in the answer of SETUP",
                false,
                specs.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
            yield break;
        }

        TransportSpec spec = specs[0];
        if (wanted.Tcp)
        {
            yield return new Finding(
                Rules.Channels,
                "the channels asked for are honoured",
                spec.Interleaved == wanted.Interleaved,
                spec.Interleaved is { } given ? $"{given.Rtp}-{given.Rtcp}" : "not said");
            yield break;
        }

        yield return new Finding(Rules.UdpPorts, "client_port is echoed", spec.ClientPort == wanted.ClientPort, Pair(spec.ClientPort));
        bool isPair = spec.ServerPort is { } ports && ports.Rtp % 2 == 0 && ports.Rtcp == ports.Rtp + 1;
        yield return new Finding(Rules.UdpPorts, "server_port is an even port and the next one", isPair, Pair(spec.ServerPort));
    }

    /// <summary>What PLAY promised and what came.</summary>
    public static IEnumerable<Finding> OfPlay(string? info, IReadOnlyList<ProbeTrack> tracks)
    {
        const string What = "RTP-Info names the first packet of each track";
        List<RtpInfoEntry> entries = info is null ? [] : RtpInfoHeader.Parse(info);
        if (entries.Count != tracks.Count)
        {
            yield return new Finding(
                Rules.FirstPacket,
                What,
                info is null ? null : false,
                info is null ? "no RTP-Info" : $"{entries.Count} entries for {tracks.Count} tracks");
        }
        else
        {
            for (int i = 0; i < tracks.Count; i++)
            {
                if (tracks[i].First is { } first)
                {
                    bool same = (entries[i].Seq is null || entries[i].Seq == first.SequenceNumber)
                        && (entries[i].RtpTime is null || entries[i].RtpTime == first.Timestamp);
                    yield return new Finding(
                        Rules.FirstPacket,
                        What,
                        same,
                        same
                            ? $"track {i + 1}: yes"
                            : $"track {i + 1}: seq {entries[i].Seq} and rtptime {entries[i].RtpTime} promised, {first.SequenceNumber} and "
                                + $"{first.Timestamp} came");
                }
            }
        }

        foreach (ProbeTrack track in tracks.Where(static one => one.SenderReports.Count > 0))
        {
            yield return new Finding(
                Rules.CompoundReports,
                $"compound packets begin with a report and hold a CNAME (track {track.Plan.Index + 1})",
                !track.HasBadCompound,
                track.HasBadCompound ? "not all do" : "yes");
        }
    }

    private static string Pair(PortPair? ports) => ports is { } pair ? $"{pair.Rtp}-{pair.Rtcp}" : "not said";
}
