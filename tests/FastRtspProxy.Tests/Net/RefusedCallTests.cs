using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Tests.Weaknesses;
using Microsoft.Win32.SafeHandles;

namespace FastRtspProxy.Tests.Net;

/// <summary>System calls that the kernel, or a filter around the process, refuses. The end-to-end tests take them away from the whole program.</summary>
public sealed class RefusedCallTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(LinuxConstants.ErrorNotPermitted)]
    [InlineData(LinuxConstants.ErrorNoSystemCall)]
    public async Task Wait_OnlyTheNewCallRefused_TimersAndWorkGoOn(int errno)
    {
        CollectedLog log = new();
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, log);
        Shard shard = shards.Shards[0];
        shard.Post(() => SeccompFilter.Refuse(errno, SeccompFilter.EpollPwait2));

        Assert.True(await shard.RunAsync(() => shard.DelayAsync(TimeSpan.FromMilliseconds(30))).WaitAsync(s_limit));
        Assert.DoesNotContain(log.Texts, static line => line.Contains("waiting for events fails", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wait_EveryCallRefused_PausesSaysSoOnceAndDoesItsWork()
    {
        const int Turns = 20;
        CollectedLog log = new();
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, log);
        Shard shard = shards.Shards[0];
        shard.Post(static () => SeccompFilter.Refuse(LinuxConstants.ErrorNotPermitted, SeccompFilter.EpollPwait2, SeccompFilter.EpollWait));

        // Each of them is a turn of its own, and no turn is shorter than its pause.
        long began = Environment.TickCount64;
        for (int i = 0; i < Turns; i++)
        {
            Assert.True(await shard.RunAsync(() => shard.DelayAsync(TimeSpan.FromMilliseconds(1))).WaitAsync(s_limit));
        }

        Assert.True(Environment.TickCount64 - began >= Turns * 5, "the loop did not pause");
        Assert.Single(log.Texts, static line => line.Contains("waiting for events fails", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Receive_WithAndWithoutReceivingMany_GivesTheSameDatagrams(bool receivesMany)
    {
        using Socket receiver = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true, Blocking = false };
        receiver.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        using Socket sender = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        using ReceiveBatch batch = new(receivesMany);
        Assert.Equal(0, batch.Receive(SocketSetup.Fd(receiver)));
        for (int i = 0; i < ReceiveBatch.Capacity + 3; i++)
        {
            sender.SendTo(new byte[i + 1], receiver.LocalEndPoint!);
        }

        int count = batch.Receive(SocketSetup.Fd(receiver));

        Assert.Equal(ReceiveBatch.Capacity, count);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(i + 1, batch.BytesView(i).Length);
            Assert.Equal(((IPEndPoint)sender.LocalEndPoint!).Port, batch.From(i).Port);
        }

        Assert.Equal(3, batch.Receive(SocketSetup.Fd(receiver)));
        Assert.Equal(0, batch.Receive(SocketSetup.Fd(receiver)));
    }

    /// <summary>Else a changed configuration or certificate would never be seen, and a stream of the API would have no file.</summary>
    [Theory]
    [InlineData(LinuxConstants.ErrorNotPermitted)]
    [InlineData(LinuxConstants.ErrorNoSystemCall)]
    public void Stat_TheNewCallRefused_FilesAreKnownAsWithIt(int errno)
    {
        string path = typeof(RefusedCallTests).Assembly.Location;
        using SafeFileHandle file = File.OpenHandle(path);
        FileStat? known = FileStat.OfPath(path);
        FileStat? device = FileStat.OfPath("/dev/null");
        FileStat?[] found = [];
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                SeccompFilter.Refuse(errno, SeccompFilter.Statx);
                found =
                [
                    FileStat.OfPath(path),
                    FileStat.OfDescriptor((int)file.DangerousGetHandle()),
                    FileStat.OfPath("/dev/null"),
                    FileStat.OfPath(path + "-none"),
                ];
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();

        Assert.True(thread.Join(s_limit));
        Assert.Null(failure);
        Assert.NotNull(known);
        Assert.Equal([known, known, device, null], found);
    }

    [Theory]
    [InlineData(16, 2, true)]
    [InlineData(64, 1, true)]
    [InlineData(71, 2, true)]
    [InlineData(72, 2, false)]
    [InlineData(1024, 64, false)]
    public void WhyTooFewDescriptors_LimitAndShards_ASentenceWithLimitAndRemedyOrNothing(long limit, int shards, bool isRefused)
    {
        string? why = ShardGroup.WhyTooFewDescriptors(limit, shards);

        Assert.Equal(isRefused, why is not null);
        if (isRefused)
        {
            Assert.Contains($" {limit} descriptors", why, StringComparison.Ordinal);
            Assert.Contains("ulimit -n", why, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(LinuxConstants.ErrorNotPermitted, "seccomp")]
    [InlineData(LinuxConstants.ErrorNoSystemCall, "seccomp")]
    [InlineData(LinuxConstants.ErrorTooManyFiles, "ulimit -n")]
    [InlineData(LinuxConstants.ErrorFileTable, "ulimit -n")]
    [InlineData(LinuxConstants.ErrorNoBuffers, "errno 105")]
    public void Sentence_CallAndError_NamesBothAndTheRemedy(int errno, string remedy)
    {
        string sentence = KernelCalls.Sentence("eventfd", errno);

        Assert.StartsWith("eventfd ", sentence, StringComparison.Ordinal);
        Assert.Contains(remedy, sentence, StringComparison.Ordinal);
    }
}
