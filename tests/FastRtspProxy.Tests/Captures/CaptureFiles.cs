using System.IO.Compression;
using System.Text;
using FastRtspProxy.Captures;
using FastRtspProxy.SimulatedCamera.Replay;

namespace FastRtspProxy.Tests.Captures;

/// <summary>The captures in the folder beside this file.</summary>
public static class CaptureFiles
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Captures", "Files");

    public static TheoryData<string> All()
    {
        TheoryData<string> files = [];
        foreach (string file in Directory.GetFiles(s_folder, "*.frpcap").Order(StringComparer.Ordinal))
        {
            files.Add(Path.GetFileName(file));
        }

        return files;
    }

    internal static int Count => Directory.GetFiles(s_folder, "*.frpcap").Length;

    internal static Recording Load(string file) => Recording.Load(File.OpenRead(Path.Combine(s_folder, file)));

    internal static string WithLogIn(string url, Recording recording) =>
        recording.Header[CaptureHeader.LogIn]?.Split(' ') is [var user, var password] ? url.Replace("://", $"://{user}:{password}@", StringComparison.Ordinal) : url;

    /// <summary>RTP and RTCP of the recorded camera that a client gets who plays it once.</summary>
    internal static int PlayedPackets(Recording recording) =>
        recording.MediaOf(recording.Exchanges.Last(static exchange => exchange is { Method: "PLAY", Status: 200 })).ToArray()
            .Count(static packet => packet.Kind is CaptureKind.Rtp or CaptureKind.Rtcp && packet.Track >= 0);

    internal static string Unpacked(byte[] file)
    {
        using StreamReader text = new(new GZipStream(new MemoryStream(file), CompressionMode.Decompress), Encoding.Latin1);
        return text.ReadToEnd();
    }
}
