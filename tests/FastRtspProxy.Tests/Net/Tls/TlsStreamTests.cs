using System.Net.Sockets;
using System.Security.Authentication;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net.Tls;

/// <summary>A front-end connection with TLS: what it sends, at what cost, and what becomes of it when the peer takes nothing.</summary>
public sealed class TlsStreamTests : IDisposable
{
    private readonly ShardGroup _shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);

    private Shard Shard => _shards.Shards[0];

    public void Dispose() => _shards.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task TrySendMedia_AFrame_AllocatesNothingAndIsARecordOfItsOwn(SslProtocols protocol)
    {
        using TlsPair pair = await TlsPair.ConnectAsync(Shard, protocol);
        byte[] frame = new byte[10_000];
        byte[] room = new byte[64 * 1024];

        (long bytes, int sealedBytes) = await Shard.RunAsync(() =>
        {
            int received = 0;
            long allocated = AllocationMeter.SteadyBytes(
                () =>
                {
                    received = pair.Stream.TrySendMedia(frame) - frame.Length; // 0; anything else shows in what comes out
                    do
                    {
                        received += pair.Far.Receive(room, SocketFlags.None);
                    }
                    while (received < frame.Length);
                },
                rounds: 200);
            return Task.FromResult((allocated, received));
        });

        Assert.Equal(0, bytes);
        Assert.InRange(sealedBytes, frame.Length + 17, frame.Length + 64); // one header, one tag
    }

    /// <summary>Frames of any size in pieces of any size, gathered or not: what arrives is what was sent.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 16_384)]
    [InlineData(40, 1_404)]
    [InlineData(2, 100_000)]
    [InlineData(500, 333)]
    public async Task TrySendVectors_PartsOfAnySize_ArriveInOrder(int parts, int partBytes)
    {
        using TlsPair pair = await TlsPair.ConnectAsync(Shard);
        byte[] sent = new byte[parts * partBytes];
        new Random(parts).NextBytes(sent);
        Task<byte[]> reading = ReadAsync(pair, sent.Length);

        int taken = await Shard.RunAsync(() => Task.FromResult(SendVectors(pair.Stream, sent, parts, partBytes)));
        if (taken < sent.Length)
        {
            // The kernel was full: the rest as media does it, when the stream is writable.
            await Until.TrueAsync(() => Shard.RunAsync(() =>
            {
                if (!pair.Stream.IsParked)
                {
                    taken += pair.Stream.TrySendMedia(sent.AsSpan(taken));
                }

                return Task.FromResult(taken == sent.Length);
            }));
        }

        Assert.Equal(sent, await reading);
    }

    /// <summary>A peer that takes nothing: what was taken of us is encrypted and parked, and nothing is lost or doubled when it reads again.</summary>
    [Fact]
    public async Task TrySendMedia_ToAPeerThatTakesNothing_ParksARecordAndGoesOnWhole()
    {
        using TlsPair pair = await TlsPair.ConnectAsync(Shard, bufferBytes: 8 * 1024);
        byte[] sent = new byte[600_000];
        new Random(1).NextBytes(sent);
        int taken = await Shard.RunAsync(() => Task.FromResult(pair.Stream.TrySendMedia(sent)));
        bool isParked = await Shard.RunAsync(() => Task.FromResult(pair.Stream.IsParked));

        Assert.True(isParked && taken < sent.Length);
        Assert.InRange(pair.Stream.Account.HeldBytes, 1, 40_000);
        Task<byte[]> reading = ReadAsync(pair, sent.Length);
        await Until.TrueAsync(() => Shard.RunAsync(() =>
        {
            if (!pair.Stream.IsParked && taken < sent.Length)
            {
                taken += pair.Stream.TrySendMedia(sent.AsSpan(taken));
            }

            return Task.FromResult(taken == sent.Length);
        }));
        Assert.Equal(sent, await reading);
    }

    /// <summary>Half a record counts as held, and is given back when the rest has come.</summary>
    [Fact]
    public async Task Input_HalfARecord_IsPaidFor()
    {
        InputBudget budget = new(1 << 20);
        using TlsPair pair = await TlsPair.ConnectAsync(Shard, budget: budget);
        Task<bool> waiting = Shard.RunAsync(async () => await pair.Stream.Input.WaitAsync());

        await pair.Far.SendAsync(new byte[] { 23, 3, 3, 0x20, 0, 1, 2, 3 });
        await Until.TrueAsync(() => pair.Stream.Account.HeldBytes > 16_000);
        await Shard.RunAsync(() =>
        {
            pair.Stream.Close();
            return Task.CompletedTask;
        });

        Assert.False(await waiting);
        Assert.Equal(0, budget.HeldBytesNow);
    }

    /// <summary>
    /// Whoever sends and sends, and nothing for the reader among it, comes behind those that have had their turn, as whoever sends requests does.
    /// </summary>
    [Fact]
    public async Task Input_HasHadARead_ComesBehindTheOthersAlsoWithoutAWholeRecord()
    {
        using TlsPair pair = await TlsPair.ConnectAsync(Shard);
        byte[] part = new byte[18_000];
        (part[0], part[1], part[2], part[3]) = (23, 3, 3, 0x47);
        await pair.Far.SendAsync(part);
        await Until.TrueAsync(() => pair.Near.Available == part.Length);
        TaskCompletionSource<int> unread = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<bool> waiting = Shard.RunAsync(async () =>
        {
            Shard.QueueAgain(new OneTurn(() => unread.SetResult(pair.Near.Available)));
            return await pair.Stream.Input.WaitAsync();
        });

        Assert.Equal(part.Length - PeerInput.ReadBytes, await unread.Task.WaitAsync(RtspTestClient.Limit));
        await Shard.RunAsync(() =>
        {
            pair.Stream.Close();
            return Task.CompletedTask;
        });
        Assert.False(await waiting);
    }

    /// <summary>A record that claims to be longer than any may be is not waited for, and no room is made for it.</summary>
    [Fact]
    public async Task Input_ARecordThatIsTooLong_Ends()
    {
        using TlsPair pair = await TlsPair.ConnectAsync(Shard);
        Task<bool> waiting = Shard.RunAsync(async () => await pair.Stream.Input.WaitAsync());

        await pair.Far.SendAsync(new byte[] { 23, 3, 3, 0xFF, 0xFF, 0 });

        Assert.False(await waiting);
        Assert.Equal(LinuxConstants.ErrorProtocol, pair.Stream.EndErrno);
    }

    /// <summary>Bytes that are no record: the connection ends with an error of the protocol, and says so.</summary>
    [Fact]
    public async Task Input_GarbageAfterTheHandshake_Ends()
    {
        using TlsPair pair = await TlsPair.ConnectAsync(Shard);
        Task<bool> waiting = Shard.RunAsync(async () => await pair.Stream.Input.WaitAsync());

        await pair.Far.SendAsync(new byte[64]);

        Assert.False(await waiting);
        Assert.Equal(LinuxConstants.ErrorProtocol, pair.Stream.EndErrno);
    }

    [Fact]
    public async Task Close_TellsThePeerThatNothingFollows()
    {
        using TlsPair pair = await TlsPair.ConnectAsync(Shard);

        await Shard.RunAsync(() =>
        {
            pair.Stream.Close();
            return Task.CompletedTask;
        });

        Assert.Equal(0, await pair.Client.ReadAsync(new byte[16])); // an end without close_notify would throw
    }

    /// <summary>Closed while it waits: the wait of the TLS code is over as well, or its buffer would never come back.</summary>
    [Fact]
    public async Task Close_WhileItWaits_LeavesNoReadUnderWay()
    {
        using TlsPair pair = await TlsPair.ConnectAsync(Shard);
        Task<bool> waiting = Shard.RunAsync(async () => await pair.Stream.Input.WaitAsync());
        await Until.TrueAsync(() => pair.Layer.Wire.IsReading);
        TaskCompletionSource disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Stream.Disposed = disposed.SetResult;

        await Shard.RunAsync(() =>
        {
            pair.Stream.Close();
            return Task.CompletedTask;
        });
        await disposed.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.False(await waiting);
        Assert.False(pair.Layer.Wire.IsReading);
    }

    private sealed class OneTurn(Action run) : TurnWork
    {
        protected internal override void RunTurn() => run();
    }

    private static async Task<byte[]> ReadAsync(TlsPair pair, int bytes)
    {
        byte[] read = new byte[bytes];
        await pair.Client.ReadExactlyAsync(read).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        return read;
    }

    private static unsafe int SendVectors(ControlStream stream, byte[] sent, int parts, int partBytes)
    {
        fixed (byte* data = sent)
        {
            IoVector* vectors = stackalloc IoVector[parts];
            for (int i = 0; i < parts; i++)
            {
                vectors[i] = new IoVector { Base = data + (i * partBytes), Length = partBytes };
            }

            return stream.TrySendVectors(vectors, parts);
        }
    }
}
