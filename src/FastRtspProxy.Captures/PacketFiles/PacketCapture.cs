using System.Globalization;
using FastRtspProxy.Captures.Privacy;
using FastRtspProxy.Captures.Recording;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>
/// Makes a capture of the packets that tcpdump or Wireshark wrote: the sessions are looked for first, and recorded on a second reading.
/// </summary>
internal static class PacketCapture
{
    private const int ListedMax = 20;

    /// <summary>Reads the packets, and writes the capture.</summary>
    /// <param name="open">Opens the file of packets from its beginning; called twice.</param>
    /// <param name="output">Where the capture goes; belongs to this call.</param>
    /// <param name="url">Which session, where there are several; null: the only one.</param>
    /// <param name="withMedia">The payload stays.</param>
    /// <param name="bytesMax">The capture grows to no more than that.</param>
    /// <param name="tool">What writes it.</param>
    /// <returns>Lines for the user.</returns>
    /// <exception cref="CaptureDefectException">There is no such session, or no packets; the message says what there is.</exception>
    public static PacketOutcome Write(Func<Stream> open, Func<Stream> output, RtspUrl? url, bool withMedia, long bytesMax, string tool)
    {
        SessionFinder finder = new();
        PacketWalk walk = Read(open, finder);
        List<PacketSession> chosen = Choose(finder, walk, url);
        Fakes fakes = new();
        string asked = url?.Text ?? chosen[0].Uri ?? $"rtsp://{IpAddressPair.ToAddress(chosen[0].Camera)}/";
        List<KeyValuePair<string, string>> head =
        [
            new(CaptureHeader.Tool, tool),
            new(CaptureHeader.Url, new MessageFakes(fakes).Url(asked)),
            new(CaptureHeader.Media, withMedia ? "whole" : "heads"),
        ];
        if (url is { User: { } user, Password: { } password })
        {
            fakes.LearnPassword(user, password);
            head.Add(new(CaptureHeader.LogIn, $"{fakes.User(user)} {fakes.PasswordOf(user)}"));
        }

        using CaptureWriter writer = new(output(), new CaptureHeader { Values = head }, bytesMax);
        CaptureRecorder recorder = new(writer, fakes, withMedia);
        SessionRecorder sessions = new(recorder, chosen);
        _ = Read(open, sessions);
        foreach ((string name, string secret) in fakes.LogIns)
        {
            recorder.Note(sessions.RecordedMicros, $"login {name} {secret}");
        }

        writer.End(sessions.RecordedMicros, recorder.IsFull ? "the file has its size" : "the packets are over");
        string counts = string.Create(
            CultureInfo.InvariantCulture,
            $"captured: {writer.Messages} messages, {writer.Packets} packets of {recorder.Tracks.Tracks.Count} tracks "
            + $"in {sessions.RecordedMicros / 1e6:0.0} s.\n");
        return new PacketOutcome(counts + Remarks(finder, walk) + recorder.Summary(), recorder.MediaPackets);
    }

    private static PacketWalk Read(Func<Stream> open, SessionFinder sessions)
    {
        using PacketFileReader reader = new(open());
        PacketWalk walk = new(sessions);
        walk.Read(reader);
        sessions.Flush();
        return walk;
    }

    private static List<PacketSession> Choose(SessionFinder finder, PacketWalk walk, RtspUrl? url)
    {
        List<PacketSession> asked = [.. finder.Sessions.Where(static session => session.Requests > 0)];
        if (asked.Count == 0)
        {
            string tls = finder.TlsConnections > 0
                ? $" {finder.TlsConnections} connections are encrypted: a packet capture does not open TLS, --capture with the camera's URL does."
                : string.Empty;
            throw new CaptureDefectException(string.Create(
                CultureInfo.InvariantCulture, $"no RTSP request in {walk.Frames} frames, of which {walk.Packets} are TCP or UDP.{tls}"));
        }

        List<PacketSession> fitting = url is null ? asked : [.. asked.Where(session => Fits(session, url))];
        PacketSession? first = fitting.Find(static session => session.Uri is not null) ?? (fitting.Count > 0 ? fitting[0] : null);
        if (first is null || (url is null && asked.Exists(session => !IsSame(session, first))))
        {
            IEnumerable<string> known = asked.Where(static session => session.Uri is not null)
                .Select(static session => Shown(session.Uri!))
                .Distinct().Take(ListedMax);
            string what = first is null ? "no session of that URL" : "several sessions: say by its URL which one";
            throw new CaptureDefectException($"{what}; there are {string.Join(", ", known)}");
        }

        return [.. fitting.Where(session => IsSame(session, first))];
    }

    /// <summary>The same client with the same camera and stream: a player that connects anew goes on.</summary>
    private static bool IsSame(PacketSession session, PacketSession other) =>
        session.Client == other.Client && session.Camera == other.Camera && session.CameraPort == other.CameraPort
        && (session.Uri is null || other.Uri is null || PathOf(session.Uri) == PathOf(other.Uri));

    private static bool Fits(PacketSession session, RtspUrl url) =>
        session.Uri is { } uri && RtspUrl.TryParse(uri, out RtspUrl? parsed, out _)
        && parsed.Host.Equals(url.Host, StringComparison.OrdinalIgnoreCase) && parsed.Port == url.Port
        && (url.PathAndQuery is "/" or "" || parsed.PathAndQuery.StartsWith(url.PathAndQuery.TrimEnd('/'), StringComparison.Ordinal));

    private static string Shown(string uri) => RtspUrl.TryParse(uri, out RtspUrl? parsed, out _) ? parsed.Redacted : UrlSecrets.MaskUrl(uri);

    private static string PathOf(string uri) => RtspUrl.TryParse(uri, out RtspUrl? parsed, out _) ? parsed.PathAndQuery.TrimEnd('/') : uri;

    private static string Remarks(SessionFinder finder, PacketWalk walk)
    {
        List<string> remarks = [];
        Add(walk.IsCut, "the file of packets is cut, and was read up to there");
        Add(walk.CutFrames > 0, $"{walk.CutFrames} frames are shorter than what was sent (tcpdump -s 0 keeps all)");
        Add(walk.LostFragments > 0, $"{walk.LostFragments} fragmented datagrams are not whole");
        Add(finder.LeftOut > 0, "there were more connections than are looked at");
        return string.Concat(remarks.Select(static remark => $"note: {remark}.\n"));

        void Add(bool holds, string remark)
        {
            if (holds)
            {
                remarks.Add(remark);
            }
        }
    }
}
