using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Startup;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net.Startup;

/// <summary>Listening sockets that somebody else holds, too.</summary>
public sealed partial class HeldSocketsTests
{
    [Theory]
    [InlineData("2", "7", 2)]
    [InlineData("2", "8", 0)]
    [InlineData("2", null, 0)]
    [InlineData("0", "7", 0)]
    [InlineData("-1", "7", 0)]
    [InlineData("many", "7", 0)]
    [InlineData("100000", "7", 0)]
    [InlineData(null, "7", 0)]
    public void Count(string? count, string? process, int expected) => Assert.Equal(expected, HeldSockets.CountOf(count, process, own: 7));

    /// <summary>
    /// A client that comes after our end, and before the next start, waits and is served by that; also in one process, again and again, where
    /// descriptors' numbers come again.
    /// </summary>
    [Fact]
    public async Task TryOpen_AHeldSocket_OutlivesUsAndServesWhoCameMeanwhile()
    {
        (int fd, int port) = Listening(IPAddress.Loopback);
        using HeldSockets held = HeldSockets.Of([fd], ["rtsp"]);
        for (int round = 0; round < 50; round++)
        {
            using (TcpPort first = Open(IPAddress.Loopback, port, held))
            {
                Assert.Equal(1, await ServeAsync(first, port));
            }

            using TcpClient between = new(AddressFamily.InterNetwork);
            await between.ConnectAsync(IPAddress.Loopback, port).WaitAsync(TimeSpan.FromSeconds(30));
            using TcpPort second = Open(IPAddress.Loopback, port, held);
            TaskCompletionSource<Socket> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
            second.Start(socket => accepted.TrySetResult(socket));

            using Socket server = await accepted.Task.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(between.Client.LocalEndPoint, server.RemoteEndPoint);
        }
    }

    /// <summary>As in a reload that opens before it closes: no connection is lost in the change, nor taken by nobody.</summary>
    [Fact]
    public async Task TryOpen_BesideOneThatIsClosed_EveryConnectionIsServed()
    {
        const int Rounds = 50;
        const int Clients = 4;
        (int fd, int port) = Listening(IPAddress.Loopback);
        using HeldSockets held = HeldSockets.Of([fd], []);
        int served = 0;
        TcpPort current = Open(IPAddress.Loopback, port, held);
        current.Start(Serve);
        for (int round = 0; round < Rounds; round++)
        {
            Task<int>[] clients = [.. Enumerable.Range(0, Clients).Select(_ => AnswerAsync(port))];
            TcpPort next = Open(IPAddress.Loopback, port, held);
            next.Start(Serve);
            current.Dispose();
            current = next;
            int[] answers = await Task.WhenAll(clients).WaitAsync(TimeSpan.FromSeconds(60));
            Assert.All(answers, static answer => Assert.Equal(1, answer));
        }

        current.Dispose();
        Assert.Equal(Rounds * Clients, served);

        void Serve(Socket socket)
        {
            Interlocked.Increment(ref served);
            socket.Blocking = true;
            socket.Send([1]);
            socket.Dispose();
        }
    }

    [Fact]
    public void Leave_WhoComesNext_TakesIt()
    {
        (int fd, _) = Listening(IPAddress.Loopback);
        using HeldSocket held = HeldSocket.Of(fd, "");
        using Socket one = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        List<Socket> taken = [];
        held.Leave(one);
        held.Enter(taken.Add);
        held.Leave(other);
        held.Exit(taken.Add);

        Assert.Equal([other], taken);
        Assert.Same(one, held.TakeLeft());
        Assert.Null(held.TakeLeft());
    }

    /// <summary>As systemd binds `ListenStream=554`: one socket for both families.</summary>
    [Fact]
    public async Task TryOpen_OneSocketForBothFamilies_IsBoth()
    {
        (int fd, int port) = Listening(IPAddress.IPv6Any, isDual: true);
        using HeldSockets held = HeldSockets.Of([fd], []);

        using TcpPort opened = Open(null, port, held);

        Assert.True(opened is { HasIPv4: true, HasIPv6: true });
        Assert.Equal(1, await ServeAsync(opened, port));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryOpen_OneFamilyIsHeld_TheOtherOneIsOpenedBesideIt(bool isIPv6)
    {
        (int fd, int port) = Listening(isIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        using HeldSockets held = HeldSockets.Of([fd], []);

        using TcpPort opened = Open(null, port, held);

        Assert.True(opened is { HasIPv4: true, HasIPv6: true });
        Assert.Empty(held.TellUnused());
    }

    /// <summary>A reload may have a use for it; what cannot listen has none.</summary>
    [Fact]
    public void TellUnused_WhatNobodyListensBy_IsNamedOnceAndStaysIfItListens()
    {
        (int wanted, int port) = Listening(IPAddress.Loopback);
        (int other, int otherPort) = Listening(IPAddress.Loopback);
        using Socket datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        int plain = Copy((int)datagrams.Handle);
        using HeldSockets held = HeldSockets.Of([wanted, other, plain], ["a", "b\n", "c"]);
        using TcpPort served = Open(IPAddress.Loopback, port, held);

        Assert.Equal([$"127.0.0.1:{otherPort} (descriptor {other}, b?)", $"no TCP socket that listens (descriptor {plain}, c)"], held.TellUnused());
        Assert.Empty(held.TellUnused());
        using TcpPort later = Open(IPAddress.Loopback, otherPort, held);
    }

    /// <summary>As a reload does it that no longer listens there, and one that does again.</summary>
    [Fact]
    public void TellUnused_AnAddressThatIsGivenUp_IsNamedEachTime()
    {
        (int fd, int port) = Listening(IPAddress.Loopback);
        using HeldSockets held = HeldSockets.Of([fd], []);
        TcpPort first = Open(IPAddress.Loopback, port, held);
        TcpPort second = Open(IPAddress.Loopback, port, held);
        first.Dispose();
        first.Dispose();
        Assert.Empty(held.TellUnused());

        second.Dispose();
        Assert.Single(held.TellUnused());
        Open(IPAddress.Loopback, port, held).Dispose();
        Assert.Single(held.TellUnused());
    }

    [Fact]
    public void TryTake_AnotherAddressOrPort_IsNone()
    {
        (int fd, int port) = Listening(IPAddress.Loopback);
        using HeldSockets held = HeldSockets.Of([fd], []);

        Assert.Null(held.TryTake(IPAddress.Loopback, port + 1, out _));
        Assert.Null(held.TryTake(IPAddress.Any, port, out _));
        Assert.Null(held.TryTake(IPAddress.Loopback, 0, out _));
    }

    private static TcpPort Open(IPAddress? address, int port, HeldSockets held)
    {
        TcpPort? opened = TcpPort.TryOpen(address, port, whole: true, new TcpPortSettings { Held = held }, NullLogger.Instance, out SocketError error);
        Assert.True(opened is not null, error.ToString());
        return opened;
    }

    /// <summary>What a client reads.</summary>
    private static async Task<int> AnswerAsync(int port)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port);
        byte[] answer = new byte[1];
        return await client.GetStream().ReadAsync(answer) == 1 ? answer[0] : -1;
    }

    private static async Task<int> ServeAsync(TcpPort port, int number)
    {
        int count = 0;
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        port.Start(socket =>
        {
            count++;
            socket.Dispose();
            done.TrySetResult();
        });
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, number);
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return count;
    }

    /// <summary>A descriptor that is open after this, not closed at exec, as it comes from a service manager.</summary>
    private static (int Fd, int Port) Listening(IPAddress address, bool isDual = false)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = isDual;
        }

        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen(16);
        return (Copy((int)socket.Handle), ((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Copy(int fd);
}
