using System.Globalization;

namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>A camera served by GStreamer's RTSP server (Cameras/camera.py), with what it says about its sessions.</summary>
public sealed class CameraProcess : IAsyncDisposable
{
    private CameraProcess(ChildProcess process, int port, string url)
    {
        Process = process;
        Port = port;
        Url = url;
    }

    public ChildProcess Process { get; }

    public int Port { get; }

    public string Url { get; }

    /// <summary>Sessions that the camera has given out since its start.</summary>
    public int SessionsOpened => SessionWord(3);

    /// <summary>Sessions that are open now.</summary>
    public int SessionsOpen => SessionWord(1);

    public static async Task<CameraProcess> StartAsync(string tracks, int port, params string[] moreArguments)
    {
        // The python with the GStreamer bindings is Debian's; another one may come first in PATH.
        string script = Path.Combine(AppContext.BaseDirectory, "Cameras", "camera.py");
        ChildProcess process = ChildProcess.Start(
            $"camera {tracks}",
            Prerequisites.Python,
            [script, "--port", port.ToString(CultureInfo.InvariantCulture), "--tracks", tracks, .. moreArguments]);
        OutputLine ready = await process.WaitForLineAsync(
            "a camera that listens", line => line.Text.StartsWith("ready ", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        return new CameraProcess(process, port, ready.Text["ready ".Length..]);
    }

    public int Requests(string method) => Process.Lines().Count(line => line.Text == "request " + method);

    public Task WaitForRequestAsync(string method, TimeSpan limit) =>
        Process.WaitForLineAsync($"a {method} from the proxy", line => line.Text == "request " + method, limit);

    /// <summary>One session in all. A camera that stood still may have been given up and asked anew meanwhile, as the proxy does with one that sends nothing for 3 s at first, or 10 s later on.</summary>
    public void AssertReadOnce()
    {
        if (!Process.Lines().Any(static line => line.Text.StartsWith("stood still ", StringComparison.Ordinal)))
        {
            Assert.Equal(1, SessionsOpened);
        }
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private int SessionWord(int index)
    {
        string? last = Process.Lines().Select(line => line.Text).LastOrDefault(text => text.StartsWith("sessions ", StringComparison.Ordinal));
        return last is null ? 0 : int.Parse(last.Split(' ')[index], CultureInfo.InvariantCulture);
    }
}
