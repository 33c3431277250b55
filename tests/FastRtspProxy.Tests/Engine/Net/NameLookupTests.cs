using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Net;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Net;

/// <summary>A resolver that answers late or never, as getaddrinfo does with a silent name server.</summary>
public sealed class NameLookupTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim _silence = new();
    private int _asked;

    public void Dispose() => _silence.Set();

    [Fact]
    public async Task TryResolve_SilentNames_ANameThatAnswersDoesNotWaitForThem()
    {
        NameLookup names = new(64, int.MaxValue, Resolve);
        for (int i = 0; i < 63; i++)
        {
            _ = names.TryResolve($"silent-{i}.test");
        }

        Assert.Equal(IPAddress.Parse("192.0.2.7"), Assert.Single(await names.TryResolve("good.test")!.WaitAsync(s_limit)));
    }

    [Fact]
    public void TryResolve_OneNameTwice_IsOneQuestion()
    {
        NameLookup names = new(4, 4, Resolve);
        Assert.Same(names.TryResolve("silent.test"), names.TryResolve("SILENT.test"));
        Assert.Equal(1, names.Pending);
    }

    [Fact]
    public async Task TryResolve_Full_RefusesAndTakesNamesAgainLater()
    {
        NameLookup names = new(2, 2, Resolve);
        for (int i = 0; i < 4; i++)
        {
            Assert.NotNull(names.TryResolve($"silent-{i}.test"));
        }

        Assert.Null(names.TryResolve("good.test"));
        Assert.True(names.TryResolve("192.0.2.9")!.IsCompletedSuccessfully);
        _silence.Set();
        await Until.TrueAsync(() => names.Pending == 0);
        Assert.NotEmpty(await names.TryResolve("good.test")!.WaitAsync(s_limit));
    }

    [Fact]
    public async Task TryResolve_UnknownName_FailsAsTheResolverDoes() =>
        await Assert.ThrowsAsync<SocketException>(() => new NameLookup(1, 1, Resolve).TryResolve("unknown.test")!.WaitAsync(s_limit));

    /// <summary>The look-up never ends; the address that the camera had last does.</summary>
    [Fact]
    public async Task ConnectAsync_NameTakesLong_TheLastAddressIsTried()
    {
        using Socket camera = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        camera.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        camera.Listen();
        ConnectTarget target = new("silent.test", ((IPEndPoint)camera.LocalEndPoint!).Port) { LastAddress = IPAddress.Loopback };

        using Socket socket = await TcpConnector.ConnectAsync(target, s_limit, TimeProvider.System, new NameLookup(1, 1, Resolve));

        Assert.Equal(camera.LocalEndPoint, socket.RemoteEndPoint);
        Assert.Equal(1, Volatile.Read(ref _asked));
    }

    [Fact]
    public async Task ConnectAsync_NameNeverAnswers_EndsInTimeAndSaysSo()
    {
        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(() => TcpConnector.ConnectAsync(
            new ConnectTarget("silent.test", 1), TimeSpan.FromSeconds(1), TimeProvider.System, new NameLookup(1, 1, Resolve)));

        Assert.Equal(ConnectFailure.TimedOut, e.Kind);
        Assert.Contains("silent.test did not resolve in time", e.Message, StringComparison.Ordinal);
    }

    /// <summary>What the last address meant is forgotten where the policy refuses it by now.</summary>
    [Fact]
    public async Task ConnectAsync_LastAddressIsRefused_IsNotTried()
    {
        ConnectTarget target = new("silent.test", 1) { LastAddress = IPAddress.Loopback, Refuses = static _ => true };
        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(() => TcpConnector.ConnectAsync(
            target, TimeSpan.FromSeconds(3), TimeProvider.System, new NameLookup(1, 1, Resolve)));
        Assert.Equal(ConnectFailure.TimedOut, e.Kind);
    }

    private IPAddress[] Resolve(string name)
    {
        Interlocked.Increment(ref _asked);
        if (name.StartsWith("silent", StringComparison.OrdinalIgnoreCase))
        {
            _silence.Wait();
        }

        return name.StartsWith("unknown", StringComparison.Ordinal) ? throw new SocketException((int)SocketError.HostNotFound) : [IPAddress.Parse("192.0.2.7")];
    }
}
