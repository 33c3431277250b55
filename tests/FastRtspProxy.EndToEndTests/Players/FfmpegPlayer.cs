using System.Globalization;
using FastRtspProxy.EndToEndTests.Processes;

namespace FastRtspProxy.EndToEndTests.Players;

/// <summary>
/// ffmpeg as a player: decodes every track and writes a line for each decoded frame (the framecrc muxer), so that frames can be counted
/// while they come. Frames pass through as decoded: ffmpeg neither repeats nor drops any to keep a rate.
/// </summary>
public sealed class FfmpegPlayer : IAsyncDisposable
{
    private const double BytesPerSample = 2;

    /// <summary>Of every camera here but the two-way one.</summary>
    private const int FramesPerSecond = 25;

    /// <summary>Some seconds of a stream wait in its sockets while it stands still; with ffmpeg's own 384 KiB it loses what comes in the second one.</summary>
    private static readonly string[] s_room = ["-buffer_size", "8388608"];

    private FfmpegPlayer(ChildProcess process) => Process = process;

    public ChildProcess Process { get; }

    /// <param name="seconds">Length to play, in the stream's own time; null: until told to stop.</param>
    public static FfmpegPlayer Start(string url, string transport, double? seconds = null, params string[] inputOptions)
    {
        List<string> arguments = ["-hide_banner", "-nostdin", "-loglevel", "level+warning", "-rtsp_transport", transport, .. s_room, .. inputOptions, "-i", url];
        if (seconds is { } length)
        {
            arguments.AddRange(["-t", length.ToString(CultureInfo.InvariantCulture)]);
        }

        arguments.AddRange(["-map", "0", "-fps_mode", "passthrough", "-flush_packets", "1", "-f", "framecrc", "pipe:1"]);
        return new FfmpegPlayer(ChildProcess.Start($"ffmpeg {transport}", "/usr/bin/ffmpeg", arguments));
    }

    /// <summary>Nothing is decoded: a line for each access unit and audio frame, with its time stamp and hash.</summary>
    public static FfmpegPlayer StartHashing(string url, string transport) => new(ChildProcess.Start($"ffmpeg {transport}", "/usr/bin/ffmpeg",
    [
        "-hide_banner", "-nostdin", "-loglevel", "level+warning", "-rtsp_transport", transport, .. s_room, "-timeout", "30000000", "-i", url,
        "-map", "0", "-c", "copy", "-copyts", "-flush_packets", "1", "-f", "framehash", "-hash", "crc32", "pipe:1",
    ]));

    /// <summary>What came so far of a player that hashes.</summary>
    public IReadOnlyList<MediaUnit> Units() => UnitsOf(Process);

    /// <summary>What came so far of a process that writes as they do (the framehash muxer).</summary>
    public static IReadOnlyList<MediaUnit> UnitsOf(ChildProcess process)
    {
        List<MediaUnit> units = [];
        Dictionary<string, double> seconds = [];
        foreach (OutputLine line in process.Lines().Where(line => !line.IsError))
        {
            // "#tb 0: 1/90000", then "stream, dts, pts, duration, size, hash" and side data; video is stream 0.
            if (line.Text.StartsWith("#tb ", StringComparison.Ordinal))
            {
                string[] words = line.Text[4..].Split([':', '/'], StringSplitOptions.TrimEntries);
                seconds[words[0]] = double.Parse(words[1], CultureInfo.InvariantCulture) / double.Parse(words[2], CultureInfo.InvariantCulture);
            }

            string[] fields = line.Text.Split(',', StringSplitOptions.TrimEntries);
            if (fields.Length >= 6 && seconds.TryGetValue(fields[0], out double unit) && long.TryParse(fields[2], CultureInfo.InvariantCulture, out long stamp))
            {
                units.Add(new MediaUnit(fields[0] == "0", stamp * unit, fields[5]));
            }
        }

        return units;
    }

    /// <summary>Decoded frames of the first video track so far.</summary>
    public int VideoFrames => CountVideo(Process.Lines());

    /// <summary>The checksums of the decoded pictures so far, in their order.</summary>
    public string[] VideoChecksums() =>
        [.. Process.Lines().Where(static line => !line.IsError && line.Text.StartsWith("0,", StringComparison.Ordinal)).Select(static line => line.Text.Split(',', StringSplitOptions.TrimEntries)[5])];

    /// <summary>The longest time without a picture since that moment of its process.</summary>
    public TimeSpan LongestPauseSince(TimeSpan moment)
    {
        TimeSpan[] moments = [moment, .. Process.Lines().Where(line => IsVideo(line) && line.At > moment).Select(static line => line.At), Process.Elapsed];
        return moments.Zip(moments.Skip(1), static (one, next) => next - one).Max();
    }

    public Task WaitForVideoFramesAsync(int count, TimeSpan limit) =>
        Process.WaitAsync($"{count} decoded frames", lines => CountVideo(lines) >= count, limit);

    /// <summary>Waits for the end of the play and gives what was decoded; fails on a complaint of the decoder or the transport.</summary>
    public async Task<IReadOnlyList<DecodedTrack>> FinishAsync(TimeSpan limit)
    {
        int code = await Process.WaitForExitAsync(limit);
        Assert.True(code == 0, $"ffmpeg ended with {code}\n{Process.Transcript(60)}");
        AssertNoComplaints(TimeSpan.FromSeconds(1.5));
        return Decoded();
    }

    /// <summary>
    /// No line about damaged, lost or late data. A player that joins between two key frames may complain until the next one, so the first
    /// moments after its first line do not count, nor what it says before the pictures of that time are out, however long it stands still.
    /// </summary>
    public void AssertNoComplaints(TimeSpan grace)
    {
        IReadOnlyList<OutputLine> lines = Process.Lines();
        TimeSpan first = lines.Count == 0 ? TimeSpan.Zero : lines[0].At;
        OutputLine[] pictures = [.. lines.Where(IsVideo).Take((int)(grace.TotalSeconds * FramesPerSecond))];
        TimeSpan from = grace == TimeSpan.Zero || pictures.Length == 0 || pictures[^1].At < first + grace ? first + grace : pictures[^1].At;
        string[] complaints = [.. lines.Where(line => line.IsError && line.At > from && IsComplaint(line.Text)).Select(line => line.ToString())];
        Assert.True(complaints.Length == 0, $"ffmpeg complained:\n{string.Join('\n', complaints)}");
    }

    /// <summary>
    /// From a second after a track's first frame on, when what the player had gathered at its start is out: the frames' time stamps went on as the wall clock did.
    /// </summary>
    public void AssertKeepsTime(TimeSpan tolerance)
    {
        IReadOnlyList<OutputLine> lines = Process.Lines();
        for (int stream = 0; stream < 2; stream++)
        {
            string head = $"#tb {stream}: ";
            string[] rate = lines.First(line => line.Text.StartsWith(head, StringComparison.Ordinal)).Text[head.Length..].Split('/');
            double unit = double.Parse(rate[0], CultureInfo.InvariantCulture) / double.Parse(rate[1], CultureInfo.InvariantCulture);
            (double At, double Stamp)[] frames = [.. lines.Where(line => !line.IsError && line.Text.StartsWith($"{stream},", StringComparison.Ordinal))
                .Select(line => (line.At.TotalSeconds, unit * long.Parse(line.Text.Split(',')[2], CultureInfo.InvariantCulture)))];
            frames = [.. frames.SkipWhile(frame => frame.At < frames[0].At + 1)];
            Assert.NotEmpty(frames);
            Lateness.AssertSteady($"ffmpeg's stream {stream}", frames.Select(frame => (frame.At, frame.Stamp)), tolerance.TotalSeconds);
        }
    }

    public IReadOnlyList<DecodedTrack> Decoded()
    {
        SortedDictionary<int, TrackTally> tallies = [];
        foreach (OutputLine line in Process.Lines().Where(line => !line.IsError))
        {
            if (line.Text.StartsWith('#'))
            {
                ReadHeader(line.Text, tallies);
                continue;
            }

            // "stream, dts, pts, duration, size, crc"
            string[] fields = line.Text.Split(',', StringSplitOptions.TrimEntries);
            if (fields.Length >= 6 && int.TryParse(fields[0], CultureInfo.InvariantCulture, out int stream) && tallies.TryGetValue(stream, out TrackTally? tally))
            {
                tally.Add(long.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[4], CultureInfo.InvariantCulture), fields[5]);
            }
        }

        return [.. tallies.Values.Select(tally => tally.ToTrack())];
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static int CountVideo(IEnumerable<OutputLine> lines) => lines.Count(IsVideo);

    private static bool IsVideo(OutputLine line) => !line.IsError && line.Text.StartsWith("0,", StringComparison.Ordinal);

    // "#media_type 0: video", "#sample_rate 1: 48000", "#tb 0: 1/90000"; ffmpeg's own words, stable since 2012.
    private static void ReadHeader(string text, SortedDictionary<int, TrackTally> tallies)
    {
        string[] words = text.TrimStart('#').Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3 || !int.TryParse(words[1], CultureInfo.InvariantCulture, out int stream))
        {
            return;
        }

        if (!tallies.TryGetValue(stream, out TrackTally? tally))
        {
            tallies[stream] = tally = new TrackTally();
        }

        switch (words[0])
        {
            case "media_type":
                tally.MediaType = words[2];
                break;
            case "sample_rate":
                tally.SampleRate = double.Parse(words[2], CultureInfo.InvariantCulture);
                break;
            case "tb":
                string[] unit = words[2].Split('/');
                tally.SecondsPerUnit = double.Parse(unit[0], CultureInfo.InvariantCulture) / double.Parse(unit[1], CultureInfo.InvariantCulture);
                break;
        }
    }

    private static bool IsComplaint(string text) =>
        (text.Contains("[error]", StringComparison.Ordinal) || text.Contains("[fatal]", StringComparison.Ordinal)
            || text.Contains("RTP: missed", StringComparison.Ordinal) || text.Contains("max delay reached", StringComparison.Ordinal)
            || text.Contains("concealing", StringComparison.Ordinal) || text.Contains("corrupt", StringComparison.Ordinal)
            || text.Contains("RTP: dropping old packet", StringComparison.Ordinal))
        && !text.Contains("Exiting normally", StringComparison.Ordinal)
        && !text.Contains("bind failed: Address already in use", StringComparison.Ordinal); // it tries ports one by one, and others run beside it

    private sealed class TrackTally
    {
        private readonly HashSet<string> _checksums = [];
        private int _frames;
        private long _bytes;
        private long _firstDts;
        private long _lastDts = long.MinValue;
        private bool _rises = true;

        public string MediaType { get; set; } = "";

        public double SampleRate { get; set; }

        public double SecondsPerUnit { get; set; }

        public void Add(long dts, long bytes, string checksum)
        {
            _firstDts = _frames == 0 ? dts : _firstDts;
            _frames++;
            _bytes += bytes;
            // Equal ones are ffmpeg's rounding of arrival times to 1/25 s.
            _rises &= dts >= _lastDts;
            _lastDts = dts;
            _checksums.Add(checksum);
        }

        // Every audio track of the test cameras is mono, decoded to 16-bit samples.
        public DecodedTrack ToTrack() => new(
            MediaType, _frames, SampleRate > 0 ? _bytes / BytesPerSample / SampleRate : (_lastDts - _firstDts) * SecondsPerUnit, _checksums.Count, _rises);
    }
}
