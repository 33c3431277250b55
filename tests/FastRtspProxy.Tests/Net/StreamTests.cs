using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

public sealed class StreamTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly ShardGroup _shards = ShardGroup.Start(2, TimeProvider.System, NullLoggerFactory.Instance);
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public StreamTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    private int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public void Dispose()
    {
        _shards.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public async Task ControlStream_BytesBothWays_ArriveInOrderAcrossAMove()
    {
        using Socket far = Connect(out Socket near);
        ControlStream stream = new(_shards.Shards[0], near);
        Task<string> server = _shards.Shards[0].RunAsync(async () =>
        {
            stream.Start();
            string first = await ReadAsync(stream.Input);
            await stream.MoveTo(_shards.Shards[1]);
            bool isMoved = _shards.Shards[1].IsCurrent;
            stream.Output.Write("one "u8);
            await stream.Output.FlushAsync();
            string second = await ReadAsync(stream.Input);
            return $"{first} {isMoved} {second} {_shards.Shards[1].IsCurrent}";
        });
        far.Send("hello"u8);
        byte[] answer = new byte[4];
        Assert.Equal(4, far.Receive(answer));
        far.Send("again"u8);
        Assert.Equal("hello True again True", await server.WaitAsync(s_limit));
        await _shards.Shards[1].RunAsync(() =>
        {
            stream.Close();
            return Task.CompletedTask;
        });
        Assert.Equal(0, far.Receive(answer));
        await stream.Closed.WaitAsync(s_limit);
    }

    [Fact]
    public async Task ControlStream_PeerCloses_InputCompletes()
    {
        Socket far = Connect(out Socket near);
        ControlStream stream = new(_shards.Shards[0], near);
        Task<bool> completed = _shards.Shards[0].RunAsync(async () =>
        {
            stream.Start();
            return !await stream.Input.WaitAsync() && stream.Input is { IsOver: true, Unread.IsEmpty: true };
        });
        far.Dispose();
        Assert.True(await completed.WaitAsync(s_limit));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ControlStream_PeerShutsDownItsSendingWhileNobodyReads_PeerEndedCompletesAndAnAnswerStillGetsThere(bool moves)
    {
        using Socket far = Connect(out Socket near);
        ControlStream stream = new(_shards.Shards[0], near);
        Task<bool> serving = _shards.Shards[0].RunAsync(async () =>
        {
            stream.Start();
            if (moves)
            {
                await stream.MoveTo(_shards.Shards[1]);
            }

            await stream.PeerEnded;
            return !stream.IsClosed && stream.Shard.IsCurrent && stream.Send("late"u8);
        });
        far.Send("a request"u8);
        far.Shutdown(SocketShutdown.Send);
        Assert.True(await serving.WaitAsync(s_limit));
        byte[] answer = new byte[4];
        Assert.Equal(4, far.Receive(answer));
    }

    [Fact]
    public async Task ControlStream_PeerResetsWhileNobodyReads_IsClosedAtOnce()
    {
        Socket far = Connect(out Socket near);
        ControlStream stream = new(_shards.Shards[0], near);
        await _shards.Shards[0].RunAsync(() =>
        {
            stream.Start();
            return Task.CompletedTask;
        });
        far.Send("a request"u8);
        far.LingerState = new LingerOption(true, 0);
        far.Dispose();
        await stream.PeerEnded.WaitAsync(s_limit);
        await stream.Closed.WaitAsync(s_limit);
    }

    [Fact]
    public async Task ControlStream_PeerReadsNothing_AnswersQueueUpToTheLimitThenItIsClosed()
    {
        using Socket far = Connect(out Socket near);
        near.SendBufferSize = 8192;
        ControlStream stream = new(_shards.Shards[0], near);
        int accepted = await _shards.Shards[0].RunAsync(() =>
        {
            byte[] answer = new byte[10_000];
            int count = 0;
            while (stream.Send(answer) && count < 10_000)
            {
                count++;
            }

            return Task.FromResult(count);
        });
        Assert.InRange(accepted * 10_000, 1, 8 << 20);
        await stream.Closed.WaitAsync(s_limit);
    }

    [Fact]
    public async Task ControlStream_ParkedRest_IsSentWhenThePeerReadsAndWritableIsCalled()
    {
        using Socket far = Connect(out Socket near);
        near.SendBufferSize = 8192;
        ControlStream stream = new(_shards.Shards[0], near);
        TaskCompletionSource writable = new(TaskCreationOptions.RunContinuationsAsynchronously);
        long total = await _shards.Shards[0].RunAsync(() =>
        {
            stream.Writable += writable.SetResult;
            byte[] media = new byte[60_000];
            long sent = 0;
            while (true)
            {
                int count = stream.TrySendMedia(media);
                sent += count;
                if (count < media.Length)
                {
                    stream.ParkRest(media.AsSpan(count));
                    Assert.True(stream.IsParked);
                    return Task.FromResult(sent + media.Length - count);
                }
            }
        });
        byte[] sink = new byte[1 << 20];
        long received = 0;
        while (received < total)
        {
            received += far.Receive(sink);
        }

        await writable.Task.WaitAsync(s_limit);
        Assert.Equal(total, received);
        Assert.Equal(total, stream.BytesAccepted);
        Assert.False(stream.IsParked);
    }

    [Fact]
    public async Task TcpByteStream_BothWays_TheSinkGetsEverythingAndTheEnd()
    {
        RecordingSink sink = new();
        Task<TcpByteStream> connecting = _shards.Shards[0].RunAsync(() => TcpByteStream.ConnectAsync(_shards.Shards[0], new ConnectTarget("127.0.0.1", Port), s_limit));
        using Socket far = await _listener.AcceptAsync();
        TcpByteStream stream = await connecting;
        await _shards.Shards[0].RunAsync(() =>
        {
            stream.Start(sink);
            Assert.True(stream.Send(new byte[3_000_000]));
            return Task.CompletedTask;
        });
        byte[] buffer = new byte[1 << 20];
        for (int received = 0; received < 3_000_000;)
        {
            received += far.Receive(buffer);
        }

        far.Send(new byte[100_000]);
        Assert.True(SpinWait.SpinUntil(() => sink.Bytes == 100_000, s_limit));
        far.Dispose();
        Assert.Equal(SocketError.Success, await sink.Closed.Task.WaitAsync(s_limit));
    }

    /// <summary>A pause takes effect with the next read: what the peer sends then stays in the kernel, and its end with it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ByteStream_Paused_GivesNothing_AndAllOfItAfterwards(bool isTls)
    {
        const int Bytes = 24 << 20;
        using X509Certificate2 certificate = SelfSigned();
        Shard shard = _shards.Shards[0];
        Task<ByteStream> accepting = Task.Run<ByteStream>(async () =>
        {
            Socket near = await _listener.AcceptAsync();
            return isTls ? await TlsByteStream.AcceptAsync(shard, near, certificate, s_limit) : new TcpByteStream(shard, near);
        });
        using Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await far.ConnectAsync(_listener.LocalEndPoint!);
        Stream wire = new NetworkStream(far);
        if (isTls)
        {
            SslStream tls = new(wire);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "a", RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null });
            wire = tls;
        }

        ByteStream stream = await accepting.WaitAsync(s_limit);
        RecordingSink sink = new();
        await shard.RunAsync(() =>
        {
            stream.Start(sink);
            stream.Pause();
            stream.Pause();
            return Task.CompletedTask;
        });
        Task sending = Task.Run(async () =>
        {
            await wire.WriteAsync(new byte[Bytes]);
            far.Shutdown(SocketShutdown.Send);
        });
        await Task.WhenAny(sending, Task.Delay(200));

        Assert.False(sending.IsCompleted); // kernels hold a few megabytes
        Assert.InRange(sink.Bytes, 0, 64 * 1024); // one read was under way
        Assert.False(sink.Closed.Task.IsCompleted);
        await shard.RunAsync(() =>
        {
            stream.Resume();
            stream.Resume();
            return Task.CompletedTask;
        });

        Assert.Equal(SocketError.Success, await sink.Closed.Task.WaitAsync(s_limit));
        await sending;
        Assert.Equal(Bytes, sink.Bytes);
    }

    [Fact]
    public async Task TcpByteStream_NobodyListens_SaysRefusedAndNamesTheHost()
    {
        int port = Port;
        _listener.Dispose();
        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(() => TcpByteStream.ConnectAsync(_shards.Shards[0], new ConnectTarget("127.0.0.1", port), s_limit));
        Assert.Equal(ConnectFailure.Refused, e.Kind);
        Assert.Contains($"127.0.0.1:{port}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TcpByteStream_NameWithoutAddress_SaysSo()
    {
        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(() => TcpByteStream.ConnectAsync(_shards.Shards[0], new ConnectTarget("no-such-host.invalid", 1), s_limit));
        Assert.Equal(ConnectFailure.NameNotFound, e.Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TlsByteStream_SelfSignedCertificate_IsTakenOnlyWhenInsecureIsAllowed(bool isInsecure)
    {
        using X509Certificate2 certificate = SelfSigned();
        RecordingSink serverSink = new();
        Shard shard = _shards.Shards[0];
        Task<TlsByteStream?> accepting = Task.Run<TlsByteStream?>(async () =>
        {
            Socket near = await _listener.AcceptAsync();
            try
            {
                return await TlsByteStream.AcceptAsync(shard, near, certificate, s_limit);
            }
            catch (ByteStreamException)
            {
                return null;
            }
        });
        Task<TlsByteStream> connecting = shard.RunAsync(() => TlsByteStream.ConnectAsync(shard, new ConnectTarget("127.0.0.1", Port), s_limit, isInsecure));
        if (!isInsecure)
        {
            ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(() => connecting);
            Assert.Equal(ConnectFailure.CertificateRefused, e.Kind);
            Assert.Contains("--insecure-tls", e.Message, StringComparison.Ordinal);
            return;
        }

        TlsByteStream client = await connecting.WaitAsync(s_limit);
        TlsByteStream server = (await accepting.WaitAsync(s_limit))!;
        RecordingSink clientSink = new();
        await shard.RunAsync(() =>
        {
            client.SendQueueBytes = 256 * 1024;
            server.Start(serverSink);
            client.Start(clientSink);
            client.Send(new byte[200_000]);
            server.Send(new byte[50_000]);
            return Task.CompletedTask;
        });
        Assert.True(SpinWait.SpinUntil(() => serverSink.Bytes == 200_000 && clientSink.Bytes == 50_000, s_limit));
        await shard.RunAsync(() =>
        {
            client.Close();
            return Task.CompletedTask;
        });
        await serverSink.Closed.Task.WaitAsync(s_limit);
    }

    [Fact]
    public async Task TcpListenerSocket_TwoFamiliesOnOnePort_EachAcceptsItsOwn()
    {
        TcpListenerSocket? four = TcpListenerSocket.TryListen(IPAddress.Any, 0, NullLogger.Instance, [], out _);
        Assert.NotNull(four);
        TcpListenerSocket? six = TcpListenerSocket.TryListen(IPAddress.IPv6Any, four.Port, NullLogger.Instance, [], out _);
        Assert.NotNull(six);
        TaskCompletionSource<Socket> acceptedSix = new(TaskCreationOptions.RunContinuationsAsynchronously);
        four.Start(s => s.Dispose());
        six.Start(acceptedSix.SetResult);
        using Socket client = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, four.Port));
        using Socket accepted = await acceptedSix.Task.WaitAsync(s_limit);
        Assert.Null(TcpListenerSocket.TryListen(IPAddress.Any, four.Port, NullLogger.Instance, [], out SocketError error));
        Assert.Equal(SocketError.AddressAlreadyInUse, error);
        four.Dispose();
        six.Dispose();
    }

    [Fact]
    public void UdpPorts_Range_PairIsEvenAndTheNext()
    {
        Assert.True(UdpPorts.TryBindPair(null, new PortRange(46_001, 46_099), out Socket? rtp, out Socket? rtcp));
        int port = ((IPEndPoint)rtp.LocalEndPoint!).Port;
        Assert.Equal(0, port % 2);
        Assert.Equal(port + 1, ((IPEndPoint)rtcp.LocalEndPoint!).Port);
        Assert.True(UdpPorts.TryBindPair(null, new PortRange(port, port + 3), out Socket? next, out Socket? nextRtcp));
        Assert.Equal(port + 2, ((IPEndPoint)next.LocalEndPoint!).Port);
        Assert.False(UdpPorts.TryBindPair(null, new PortRange(port, port + 3), out _, out _));
        rtp.Dispose();
        rtcp.Dispose();
        next.Dispose();
        nextRtcp.Dispose();
    }

    [Theory]
    [InlineData("192.0.2.7", 5004)]
    [InlineData("2001:db8::1", 65535)]
    [InlineData("::1", 1)]
    public void PeerAddress_ThereAndBack_IsTheSame(string address, int port)
    {
        IPEndPoint endPoint = new(IPAddress.Parse(address), port);
        PeerAddress peer = PeerAddress.From(endPoint);
        Assert.Equal(endPoint, peer.ToEndPoint());
        Assert.Equal(peer, PeerAddress.From(new IPEndPoint(endPoint.Address.MapToIPv6(), port)));
        Assert.True(peer.SameAddress(peer.WithPort(9)));
        Assert.NotEqual(peer, peer.WithPort(9));
    }

    private static async Task<string> ReadAsync(PeerInput input)
    {
        Assert.True(await input.WaitAsync());
        string text = System.Text.Encoding.ASCII.GetString(input.Unread);
        input.Consume(input.Unread.Length);
        return text;
    }

    private static X509Certificate2 SelfSigned()
    {
        using ECDsa key = ECDsa.Create();
        CertificateRequest request = new("CN=camera.test", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private Socket Connect(out Socket near)
    {
        Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 60_000 };
        far.Connect(_listener.LocalEndPoint!);
        near = _listener.Accept();
        return far;
    }

    private sealed class RecordingSink : IByteSink
    {
        private int _bytes;

        public int Bytes => Volatile.Read(ref _bytes);

        public TaskCompletionSource<SocketError> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnBytes(ReadOnlySpan<byte> bytes) => Interlocked.Add(ref _bytes, bytes.Length);

        public void OnBatchEnd()
        {
        }

        public void OnClosed(SocketError error) => Closed.SetResult(error);
    }
}
