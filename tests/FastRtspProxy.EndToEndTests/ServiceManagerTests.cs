using System.Net.Sockets;
using System.Text;
using FastRtspProxy.EndToEndTests.Configuration;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>What a service manager hears of the native binary (sd_notify(3)).</summary>
public sealed class ServiceManagerTests(ITestOutputHelper log) : EndToEndTest(log)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Service_SaysThatItIsReadyAliveReloadingAndStopping(bool isAbstract)
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        using ConfigFile file = new($"streams: {{cam: {{source: \"{camera.Urls[0]}\"}}}}\n");
        using NotifySocket socket = new(isAbstract, file.DirectoryPath);
        ProxyProcess proxy = await StartProxyAsync(["--config", file.Path], ("NOTIFY_SOCKET", socket.Name), ("WATCHDOG_USEC", "2000000"));

        await socket.HearAsync("READY=1");
        Assert.Contains("STATUS=1 stream; 0 viewers", socket.Heard, StringComparison.Ordinal);
        await socket.HearAsync("WATCHDOG=1");
        await socket.HearAsync("WATCHDOG=1");
        proxy.Process.Signal(ChildProcess.SigHup);
        await socket.HearAsync("RELOADING=1\nMONOTONIC_USEC=");
        await socket.HearAsync("READY=1");
        proxy.Process.Signal(ChildProcess.SigTerm);
        await socket.HearAsync("STOPPING=1");
        Assert.Equal(0, await proxy.Process.WaitForExitAsync(Soon));
    }

    [Theory]
    [InlineData("/nowhere/notify")]
    [InlineData("@nobody-listens-here")]
    [InlineData("x")]
    public async Task Service_ManagerThatIsNotThere_RunsAllTheSame(string socket)
    {
        SimulatedCamera camera = await StartSimulatorAsync();

        ProxyProcess proxy = await StartProxyAsync([camera.Urls[0]], ("NOTIFY_SOCKET", socket));

        proxy.Process.Signal(ChildProcess.SigTerm);
        Assert.Equal(0, await proxy.Process.WaitForExitAsync(Soon));
    }

    /// <summary>The manager's end.</summary>
    private sealed class NotifySocket : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        private readonly byte[] _buffer = new byte[4096];

        public NotifySocket(bool isAbstract, string folder)
        {
            Name = isAbstract ? $"@frp-test-{Guid.NewGuid():N}" : Path.Combine(folder, "notify");
            _socket.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + Name[1..] : Name));
        }

        public string Name { get; }

        public string Heard { get; private set; } = "";

        /// <summary>Waits for a datagram that begins so; others before it are passed over.</summary>
        public async Task HearAsync(string begin)
        {
            using CancellationTokenSource limit = new(Soon);
            do
            {
                int length = await _socket.ReceiveAsync(_buffer, limit.Token);
                Heard = Encoding.UTF8.GetString(_buffer.AsSpan(0, length));
            }
            while (!Heard.StartsWith(begin, StringComparison.Ordinal));
        }

        public void Dispose() => _socket.Dispose();
    }
}
