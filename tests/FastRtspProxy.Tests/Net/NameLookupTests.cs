using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

/// <summary>A resolver that answers late or never, as getaddrinfo does with a silent name server.</summary>
public sealed class NameLookupTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly ShardGroup _shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
    private readonly ManualResetEventSlim _silence = new();
    private int _asked;

    private Shard Shard => _shards.Shards[0];

    public void Dispose()
    {
        _silence.Set();
        _shards.Dispose();
    }

    [Fact]
    public async Task TryResolve_SilentNames_ANameThatAnswersDoesNotWaitForThem()
    {
        NameLookup names = Names(64, 4096);
        for (int i = 0; i < 63; i++)
        {
            _ = names.TryResolve($"silent-{i}.test");
        }

        Assert.Equal(IPAddress.Parse("192.0.2.7"), Assert.Single(await names.TryResolve("good.test")!.WaitAsync(s_limit)));
    }

    [Fact]
    public void TryResolve_OneNameTwice_IsOneQuestion()
    {
        NameLookup names = Names(4, 4);
        Assert.Same(names.TryResolve("silent.test"), names.TryResolve("SILENT.test"));
        Assert.Equal(1, names.Pending);
    }

    [Fact]
    public async Task TryResolve_Full_RefusesAndTakesNamesAgainLater()
    {
        NameLookup names = Names(2, 2);
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

    /// <summary>A container that may have no more threads (pids.max): the name is refused as if there were no place, and later ones are looked up again.</summary>
    [Fact]
    public async Task TryResolve_NoThreadToBeHad_RefusesAndTakesNamesAgainLater()
    {
        bool hasThreads = false;
        NameLookup names = new(2, 2, TimeSpan.FromMinutes(1), static _ => [IPAddress.Loopback], null, work =>
        {
            if (hasThreads)
            {
                new Thread(() => work()).Start();
            }

            return hasThreads;
        });

        Assert.Null(names.TryResolve("cam.test"));
        Assert.Equal(0, names.Pending);
        hasThreads = true;
        Assert.Equal(IPAddress.Loopback, Assert.Single(await names.TryResolve("cam.test")!.WaitAsync(s_limit)));
    }

    [Fact]
    public async Task TryResolve_UnknownName_FailsAsTheResolverDoes() =>
        await Assert.ThrowsAsync<SocketException>(() => Names(1, 1).TryResolve("unknown.test")!.WaitAsync(s_limit));

    /// <summary>The look-up never ends; the address that the camera had last does.</summary>
    [Fact]
    public async Task ConnectAsync_NameTakesLong_TheLastAddressIsTried()
    {
        using Socket camera = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        camera.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        camera.Listen();
        ConnectTarget target = new("silent.test", ((IPEndPoint)camera.LocalEndPoint!).Port) { Names = Names(1, 1), LastAddress = IPAddress.Loopback };

        using Socket socket = await TcpConnector.ConnectAsync(Shard, target, s_limit);

        Assert.Equal(camera.LocalEndPoint, socket.RemoteEndPoint);
        Assert.Equal(1, Volatile.Read(ref _asked));
    }

    [Fact]
    public async Task ConnectAsync_NameNeverAnswers_EndsInTimeAndSaysSo()
    {
        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(() => TcpConnector.ConnectAsync(
            Shard, new ConnectTarget("silent.test", 1) { Names = Names(1, 1) }, TimeSpan.FromSeconds(1)));

        Assert.Equal(ConnectFailure.TimedOut, e.Kind);
        Assert.Contains("silent.test did not resolve in time", e.Message, StringComparison.Ordinal);
    }

    /// <summary>What the last address meant is forgotten where the policy refuses it by now.</summary>
    [Fact]
    public async Task ConnectAsync_LastAddressIsRefused_IsNotTried()
    {
        ConnectTarget target = new("silent.test", 1) { Names = Names(1, 1), LastAddress = IPAddress.Loopback, Refuses = static _ => true };
        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(() => TcpConnector.ConnectAsync(
            Shard, target, TimeSpan.FromSeconds(3)));
        Assert.Equal(ConnectFailure.TimedOut, e.Kind);
    }

    /// <summary>A camera that has moved while its name server was slow: the old address answers nothing, and the look-up wins.</summary>
    [Fact]
    public async Task ConnectAsync_TheNameHasAnotherAddressByNow_ThatOneIsConnectedTo()
    {
        using Socket camera = Listening(IPAddress.Loopback, 0, backlog: 8);
        int port = ((IPEndPoint)camera.LocalEndPoint!).Port;
        using Socket old = Listening(IPAddress.Parse("127.0.0.2"), port, backlog: 0);
        using Socket first = await ConnectedAsync(old.LocalEndPoint!); // the only place in the backlog of one that answers nobody
        using Socket second = await ConnectedAsync(old.LocalEndPoint!);
        using ManualResetEventSlim answers = new();
        NameLookup names = new(1, 1, TimeSpan.FromMinutes(1), _ =>
        {
            answers.Wait();
            return [IPAddress.Loopback];
        });
        ConnectTarget target = new("moved.test", port) { Names = names, LastAddress = IPAddress.Parse("127.0.0.2") };

        Task<Socket> connecting = TcpConnector.ConnectAsync(Shard, target, s_limit);
        Assert.NotSame(connecting, await Task.WhenAny(connecting, Task.Delay(TimeSpan.FromSeconds(1.5))));
        answers.Set();
        using Socket socket = await connecting.WaitAsync(TimeSpan.FromSeconds(15)); // half the limit: nobody waited for the old address to time out

        Assert.Equal(camera.LocalEndPoint, socket.RemoteEndPoint);
    }

    /// <summary>A name server that cannot be asked says nothing about the name; one that does not know the name does.</summary>
    [Theory]
    [InlineData(SocketError.TryAgain, true)]
    [InlineData(SocketError.NoRecovery, true)]
    [InlineData(SocketError.HostNotFound, false)]
    [InlineData(SocketError.NoData, false)]
    public async Task ConnectAsync_TheLookUpFails_TheLastAddressIsTriedWhereTheServerWasSilent(SocketError error, bool isTried)
    {
        using Socket camera = Listening(IPAddress.Loopback, 0, backlog: 8);
        NameLookup names = new(1, 1, TimeSpan.FromMinutes(1), _ => throw new SocketException((int)error));
        ConnectTarget target = new("cam.test", ((IPEndPoint)camera.LocalEndPoint!).Port) { Names = names, LastAddress = IPAddress.Loopback };
        if (isTried)
        {
            using Socket socket = await TcpConnector.ConnectAsync(Shard, target, s_limit);
            Assert.Equal(camera.LocalEndPoint, socket.RemoteEndPoint);
            return;
        }

        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(() => TcpConnector.ConnectAsync(Shard, target, s_limit));
        Assert.Equal(ConnectFailure.NameNotFound, e.Kind);
    }

    /// <summary>The name means another address at each connection (DNS rebinding): each is judged.</summary>
    [Fact]
    public async Task ConnectAsync_AddressesOfWhichSomeAreRefused_OnlyTheOthersAreTried()
    {
        using Socket camera = Listening(IPAddress.Loopback, 0, backlog: 8);
        using Socket other = Listening(IPAddress.Parse("127.0.0.2"), ((IPEndPoint)camera.LocalEndPoint!).Port, backlog: 8);
        IPAddress[] answer = [IPAddress.Parse("127.0.0.2"), IPAddress.Loopback];
        NameLookup names = new(1, 1, TimeSpan.FromMinutes(1), _ => answer);
        ConnectTarget target = new("cam.test", ((IPEndPoint)camera.LocalEndPoint!).Port)
        {
            Names = names,
            Refuses = static address => !address.Equals(IPAddress.Loopback),
            Refusal = "because of the test",
        };

        using (Socket socket = await TcpConnector.ConnectAsync(Shard, target, s_limit))
        {
            Assert.Equal(camera.LocalEndPoint, socket.RemoteEndPoint);
        }

        answer = [IPAddress.Parse("127.0.0.2")];
        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(() => TcpConnector.ConnectAsync(Shard, target, s_limit));
        Assert.Equal(ConnectFailure.NotAllowed, e.Kind);
        Assert.Contains("cam.test", e.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.2", e.Message, StringComparison.Ordinal);
        Assert.Contains("because of the test", e.Message, StringComparison.Ordinal);
        Assert.False(other.Poll(0, SelectMode.SelectRead));
    }

    /// <summary>A name server that needs longer than an attempt lasts: the next attempt has its answer at once, and a later one asks again.</summary>
    [Fact]
    public async Task TryResolve_ALateAnswer_IsThereForTheNextAttempt()
    {
        FakeTimeProvider time = new();
        NameLookup names = new(1, 1, TimeSpan.FromMinutes(1), Resolve, time);
        Task<IPAddress[]> asked = names.TryResolve("silent.test")!;
        await Until.TrueAsync(() => Volatile.Read(ref _asked) == 1);
        time.Advance(NameLookup.LateTime + TimeSpan.FromSeconds(5));
        _silence.Set();
        _ = await asked.WaitAsync(s_limit);

        Assert.True(names.TryResolve("Silent.test")!.IsCompletedSuccessfully);
        time.Advance(NameLookup.KeptTime);
        _ = await names.TryResolve("silent.test")!.WaitAsync(s_limit);
        Assert.Equal(2, Volatile.Read(ref _asked));

        // The second answer came in time, and is not kept.
        _ = await names.TryResolve("silent.test")!.WaitAsync(s_limit);
        Assert.Equal(3, Volatile.Read(ref _asked));
    }

    /// <summary>Whoever asked for a name that waits for a thread has gone after a while; the name makes room then, unless somebody asks again.</summary>
    [Fact]
    public async Task TryResolve_NamesThatNobodyWaitsFor_MakeRoom()
    {
        FakeTimeProvider time = new();
        NameLookup names = new(1, 2, TimeSpan.FromSeconds(5), Resolve, time);
        _ = names.TryResolve("silent.test");
        await Until.TrueAsync(() => Volatile.Read(ref _asked) == 1);
        Task<IPAddress[]> abandoned = names.TryResolve("a.test")!;
        Task<IPAddress[]> wanted = names.TryResolve("b.test")!;
        Assert.Null(names.TryResolve("c.test"));

        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Same(wanted, names.TryResolve("b.test"));
        time.Advance(TimeSpan.FromSeconds(2));
        Task<IPAddress[]>? late = names.TryResolve("c.test");

        Assert.NotNull(late);
        await Assert.ThrowsAsync<SocketException>(() => abandoned.WaitAsync(s_limit));
        _silence.Set();
        Assert.NotEmpty(await wanted.WaitAsync(s_limit));
        Assert.NotEmpty(await late.WaitAsync(s_limit));
    }

    [Fact]
    public async Task TryResolve_AResolverThatThrowsSomethingElse_FailsAndGoesOn()
    {
        NameLookup names = new(1, 4, TimeSpan.FromMinutes(1), static name => name == "bad.test" ? throw new InvalidOperationException() : [IPAddress.Loopback]);

        await Assert.ThrowsAsync<SocketException>(() => names.TryResolve("bad.test")!.WaitAsync(s_limit));
        Assert.NotEmpty(await names.TryResolve("good.test")!.WaitAsync(s_limit));
    }

    private NameLookup Names(int threadsMax, int waitingMax) => new(threadsMax, waitingMax, TimeSpan.FromMinutes(1), Resolve);

    private static Socket Listening(IPAddress address, int port, int backlog)
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen(backlog);
        return listener;
    }

    private static async Task<Socket> ConnectedAsync(EndPoint to)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _ = socket.ConnectAsync(to).ContinueWith(static t => t.Exception, TaskScheduler.Default);
        await Task.Delay(50);
        return socket;
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
