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

    private FfmpegPlayer(ChildProcess process) => Process = process;

    public ChildProcess Process { get; }

    /// <param name="seconds">Length to play, in the stream's own time; null: until told to stop.</param>
    public static FfmpegPlayer Start(string url, string transport, double? seconds = null, params string[] inputOptions)
    {
        List<string> arguments = ["-hide_banner", "-nostdin", "-loglevel", "level+warning", "-rtsp_transport", transport, .. inputOptions, "-i", url];
        if (seconds is { } length)
        {
            arguments.AddRange(["-t", length.ToString(CultureInfo.InvariantCulture)]);
        }

        arguments.AddRange(["-map", "0", "-fps_mode", "passthrough", "-flush_packets", "1", "-f", "framecrc", "pipe:1"]);
        return new FfmpegPlayer(ChildProcess.Start($"ffmpeg {transport}", "/usr/bin/ffmpeg", arguments));
    }

    /// <summary>Decoded frames of the first video track so far.</summary>
    public int VideoFrames => CountVideo(Process.Lines());

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
    /// moments after its first line do not count.
    /// </summary>
    public void AssertNoComplaints(TimeSpan grace)
    {
        IReadOnlyList<OutputLine> lines = Process.Lines();
        TimeSpan first = lines.Count == 0 ? TimeSpan.Zero : lines[0].At;
        string[] complaints = [.. lines.Where(line => line.IsError && line.At > first + grace && IsComplaint(line.Text)).Select(line => line.ToString())];
        Assert.True(complaints.Length == 0, $"ffmpeg complained:\n{string.Join('\n', complaints)}");
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

    private static int CountVideo(IEnumerable<OutputLine> lines) =>
        lines.Count(line => !line.IsError && line.Text.StartsWith("0,", StringComparison.Ordinal));

    // "#media_type 0: video", "#sample_rate 1: 48000"; ffmpeg's own words, stable since 2012.
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
        }
    }

    private static bool IsComplaint(string text) =>
        (text.Contains("[error]", StringComparison.Ordinal) || text.Contains("[fatal]", StringComparison.Ordinal)
            || text.Contains("RTP: missed", StringComparison.Ordinal) || text.Contains("max delay reached", StringComparison.Ordinal)
            || text.Contains("concealing", StringComparison.Ordinal) || text.Contains("corrupt", StringComparison.Ordinal)
            || text.Contains("RTP: dropping old packet", StringComparison.Ordinal))
        && !text.Contains("Exiting normally", StringComparison.Ordinal);

    private sealed class TrackTally
    {
        private readonly HashSet<string> _checksums = [];
        private int _frames;
        private long _bytes;
        private long _lastDts = long.MinValue;
        private bool _rises = true;

        public string MediaType { get; set; } = "";

        public double SampleRate { get; set; }

        public void Add(long dts, long bytes, string checksum)
        {
            _frames++;
            _bytes += bytes;
            // Equal ones are ffmpeg's rounding of arrival times to 1/25 s.
            _rises &= dts >= _lastDts;
            _lastDts = dts;
            _checksums.Add(checksum);
        }

        // Every audio track of the test cameras is mono, decoded to 16-bit samples. The cameras' video has 25 frames a second.
        public DecodedTrack ToTrack() => new(
            MediaType, _frames, SampleRate > 0 ? _bytes / BytesPerSample / SampleRate : _frames / 25.0, _checksums.Count, _rises);
    }
}
