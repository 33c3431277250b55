using System.Globalization;

namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>HAProxy in front of the proxy, which it connects to from an address of its own on loopback.</summary>
public sealed class HaProxyProcess : IAsyncDisposable
{
    /// <summary>The balancer's address: players on the same machine come from another one.</summary>
    public const string Address = "127.0.0.9";

    private readonly DirectoryInfo _directory;

    private HaProxyProcess(ChildProcess process, int port, DirectoryInfo directory)
    {
        Process = process;
        Port = port;
        _directory = directory;
    }

    public ChildProcess Process { get; }

    /// <summary>Where players connect, over IPv4 and IPv6.</summary>
    public int Port { get; }

    /// <param name="to">The proxy's port.</param>
    /// <param name="serverOptions">What the <c>server</c> line says besides: <c>send-proxy-v2</c>.</param>
    public static async Task<HaProxyProcess> StartAsync(int to, string serverOptions)
    {
        int port = FreePorts.Next();
        DirectoryInfo directory = Directory.CreateTempSubdirectory("frp-haproxy-");
        string file = Path.Combine(directory.FullName, "haproxy.cfg");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            global
                log stdout format raw local0
                maxconn 100
            defaults
                mode tcp
                log global
                option tcplog
                option log-health-checks
                timeout connect 5s
                timeout client 1m
                timeout server 1m
            frontend players
                bind 127.0.0.1:{port}
                bind [::1]:{port}
                default_backend proxies
            backend proxies
                server one 127.0.0.1:{to} source {Address} {serverOptions}

            """));
        ChildProcess process = ChildProcess.Start("haproxy", "/usr/sbin/haproxy", ["-db", "-f", file]);
        HaProxyProcess started = new(process, port, directory);
        try
        {
            await TestPeers.Until.TrueAsync(() => FreePorts.IsTaken(port) || process.HasExited);
            Assert.False(process.HasExited, process.Transcript(40));
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }

        return started;
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        if (_directory.Exists)
        {
            _directory.Delete(recursive: true);
        }
    }
}
