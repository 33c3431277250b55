using System.Globalization;

namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>A camera of <c>rtspsim camera</c>: the built-in clip, with sound; 640x360 at 25 pictures a second, a key frame every two seconds.</summary>
public sealed class SimulatedCamera : IAsyncDisposable
{
    private SimulatedCamera(ChildProcess process, int port, IReadOnlyList<string> urls)
    {
        Process = process;
        Port = port;
        Urls = urls;
    }

    public ChildProcess Process { get; }

    public int Port { get; }

    /// <summary>One of each stream over RTSP, and behind them those over TLS when it was asked for.</summary>
    public IReadOnlyList<string> Urls { get; }

    /// <param name="arguments">The camera's.</param>
    /// <param name="launcher">A program and its arguments that starts the camera, under a filter for example; empty: none.</param>
    public static Task<SimulatedCamera> StartAsync(string[] arguments, params string[] launcher) => StartAtAsync(FreePorts.Next(), arguments, launcher);

    /// <inheritdoc cref="StartAsync"/>
    /// <param name="port">Where it listens, as another one may have done before.</param>
    /// <param name="arguments"><inheritdoc cref="StartAsync" path="/param[@name='arguments']"/></param>
    /// <param name="launcher"><inheritdoc cref="StartAsync" path="/param[@name='launcher']"/></param>
    public static async Task<SimulatedCamera> StartAtAsync(int port, string[] arguments, params string[] launcher)
    {
        string[] command = [.. launcher, Prerequisites.SimulatorBinary, "camera", "--port", port.ToString(CultureInfo.InvariantCulture), "--duration", "10m", .. arguments];
        ChildProcess process = ChildProcess.Start("rtspsim camera", command[0], command[1..]);
        int streams = Array.IndexOf(arguments, "--streams") is >= 0 and int at ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : 1;
        int expected = arguments.Contains("--tls-port") ? 2 * streams : streams;
        string[] urls = [];
        await process.WaitAsync(
            "a camera that listens",
            lines => (urls = [.. lines.Select(line => line.Text).Where(IsUrl)]).Length >= expected,
            TimeSpan.FromSeconds(60));
        return new SimulatedCamera(process, port, urls);
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    // What it has to say begins with its own name, rtspsim.
    private static bool IsUrl(string line) =>
        line.StartsWith("rtsp://", StringComparison.Ordinal) || line.StartsWith("rtsps://", StringComparison.Ordinal);
}
