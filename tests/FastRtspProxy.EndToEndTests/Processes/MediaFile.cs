using System.Globalization;

namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>A film of ffmpeg's moving test picture, 320x240 at 25 pictures a second without B-frames, for servers that read files. Anybody may read it; deleted after the test.</summary>
public sealed class MediaFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("film-").FullName;

    private MediaFile(string name) => Path = System.IO.Path.Combine(_folder, name);

    public string Path { get; }

    /// <summary>The folder that it lies in alone.</summary>
    public string Folder => _folder;

    /// <param name="codec">`h264`, `vp9`, `mpeg4`, `mpeg2`, or `ts`: H.264 and AAC in a transport stream.</param>
    /// <param name="seconds">Its length.</param>
    /// <param name="groupFrames">From key frame to key frame.</param>
    public static async Task<MediaFile> MakeAsync(string codec, int seconds, int groupFrames)
    {
        (string name, string[] encoder) = codec switch
        {
            "h264" => ("film.mkv", (string[])["-c:v", "libx264", "-preset", "ultrafast", "-sc_threshold", "0"]),
            "vp9" => ("film.webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]),
            "mpeg4" => ("film.mp4", ["-c:v", "mpeg4"]),
            "mpeg2" => ("film.ts", ["-c:v", "mpeg2video"]),
            _ => ("film.ts", ["-c:v", "libx264", "-preset", "ultrafast", "-sc_threshold", "0", "-c:a", "aac"]),
        };
        string length = seconds.ToString(CultureInfo.InvariantCulture);
        string[] sound = codec == "ts" ? ["-f", "lavfi", "-i", $"sine=440:duration={length}"] : [];
        MediaFile film = new(name);
        await using ChildProcess ffmpeg = ChildProcess.Start($"ffmpeg makes {name}", "/usr/bin/ffmpeg",
        [
            "-hide_banner", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", $"testsrc2=size=320x240:rate=25:duration={length}", .. sound, "-pix_fmt", "yuv420p", .. encoder,
            "-g", groupFrames.ToString(CultureInfo.InvariantCulture), "-bf", "0", "-b:v", "600k", film.Path,
        ]);
        int code = await ffmpeg.WaitForExitAsync(TimeSpan.FromSeconds(120));
        Assert.True(code == 0, ffmpeg.Transcript(40));
        File.SetUnixFileMode(film._folder, (UnixFileMode)Convert.ToInt32("755", 8));
        File.SetUnixFileMode(film.Path, (UnixFileMode)Convert.ToInt32("644", 8));
        return film;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
