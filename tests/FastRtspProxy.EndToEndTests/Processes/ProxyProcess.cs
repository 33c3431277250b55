using System.Globalization;

namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>The proxy's native binary, started with the given arguments; ready when it has printed a play URL for each stream.</summary>
public sealed class ProxyProcess : IAsyncDisposable
{
    private const string PlayLine = "Play this stream using the URL: ";

    private ProxyProcess(ChildProcess process, int port, IReadOnlyList<string> playUrls, TimeSpan startTime)
    {
        Process = process;
        Port = port;
        PlayUrls = playUrls;
        StartTime = startTime;
    }

    public ChildProcess Process { get; }

    public int Port { get; }

    /// <summary>The play URLs as printed, with loopback in the place of the machine's own address.</summary>
    public IReadOnlyList<string> PlayUrls { get; }

    public string PlayUrl => PlayUrls[0];

    /// <summary>From the start of the process to its last play URL.</summary>
    public TimeSpan StartTime { get; }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            string line = File.ReadLines($"/proc/{Process.Pid}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>CPU time used so far, user and system (proc(5): fields 14 and 15 of stat, in ticks of 10 ms).</summary>
    public TimeSpan CpuTime
    {
        get
        {
            string stat = File.ReadAllText($"/proc/{Process.Pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromMilliseconds(10 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>The last arguments that do not start with '-' are the streams; without any, ready when it waits for REGISTER.</summary>
    public static Task<ProxyProcess> StartAsync(int streams, params string[] arguments) => StartAsync(streams, arguments, []);

    /// <param name="streams">How many play URLs to wait for.</param>
    /// <param name="arguments">The proxy's.</param>
    /// <param name="environment">Variables of its own.</param>
    /// <param name="launcher">A program and its arguments that starts the proxy, under a filter for example; empty: none.</param>
    public static async Task<ProxyProcess> StartAsync(int streams, string[] arguments, (string Name, string Value)[] environment, params string[] launcher)
    {
        int port = FreePorts.Next();
        string[] command = [.. launcher, Prerequisites.ProxyBinary, "-p", port.ToString(CultureInfo.InvariantCulture), .. arguments];
        ChildProcess process = ChildProcess.Start("proxy", command[0], command[1..], environment);
        List<string> urls = [];
        TimeSpan at = TimeSpan.Zero;
        await process.WaitAsync(
            $"{streams} play URLs on stderr",
            lines =>
            {
                urls.Clear();
                foreach (OutputLine line in lines)
                {
                    int start = line.IsError ? line.Text.IndexOf(PlayLine, StringComparison.Ordinal) : -1;
                    if (start >= 0)
                    {
                        urls.Add(OnLoopback(line.Text[(start + PlayLine.Length)..].Trim()));
                        at = line.At;
                    }
                }

                return streams > 0 ? urls.Count >= streams : lines.Any(line => line.Text.Contains("REGISTER", StringComparison.Ordinal));
            },
            TimeSpan.FromSeconds(60));
        return new ProxyProcess(process, port, [.. urls], at);
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static string OnLoopback(string url)
    {
        Uri uri = new(url);
        return $"{uri.Scheme}://127.0.0.1:{(uri.Port < 0 ? 554 : uri.Port)}{uri.PathAndQuery}";
    }
}
