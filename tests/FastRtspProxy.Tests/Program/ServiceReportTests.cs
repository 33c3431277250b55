using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Net.Startup;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Program;

/// <summary>What a service manager hears of an engine, and what it does not.</summary>
public sealed class ServiceReportTests : IDisposable
{
    private readonly string _name = $"@frp-test-{Guid.NewGuid():N}";
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly ManualResetEventSlim _goOn = new();

    public ServiceReportTests()
    {
        _manager.Bind(new UnixDomainSocketEndPoint("\0" + _name[1..]));
    }

    public void Dispose()
    {
        _goOn.Set();
        _manager.Dispose();
        _goOn.Dispose();
    }

    /// <summary>One of two event loops hangs: nobody says that we live, until it goes on.</summary>
    [Fact]
    public async Task Watchdog_AnEventLoopHangs_IsNotFedUntilItGoesOn()
    {
        await using ProxyHost host = await ProxyHost.StartAsync(
            [], static options => options with { AcceptRegister = true, AllowPrivateRegister = true });
        host.Engine.StreamRegistered += (_, _) => _goOn.Wait(); // on the thread of the connection's event loop
        using ServiceManager manager = ServiceManager.At(_name, TimeSpan.FromMilliseconds(200));
        await using ServiceReport report = new(manager, host.Engine, TimeSpan.FromMilliseconds(300));
        report.Start();
        await HearAsync("READY=1\nSTATUS=0 streams; 0 viewers");
        await HearAsync("WATCHDOG=1");

        using RtspTestClient client = await host.ConnectAsync();
        await client.SendAsync(client.Request("REGISTER", "rtsp://127.0.0.1:9999/a"));

        // Before it hangs another thing may have kept it from its turn for a moment.
        for (int inARow = 0, heard = 0; inARow < 3; heard++)
        {
            inARow = (await HearAsync()).StartsWith("STATUS=an event loop has had no turn", StringComparison.Ordinal) ? inARow + 1 : 0;
            Assert.True(heard < 100);
        }

        _goOn.Set();
        await HearAsync("WATCHDOG=1");
    }

    private async Task<string> HearAsync()
    {
        byte[] buffer = new byte[4096];
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        int length = await _manager.ReceiveAsync(buffer, limit.Token);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>Waits for a datagram that begins so; others before it are passed over.</summary>
    private async Task HearAsync(string begin)
    {
        while (!(await HearAsync()).StartsWith(begin, StringComparison.Ordinal))
        {
        }
    }
}
