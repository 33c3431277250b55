using System.Diagnostics;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

/// <summary>A task source whose continuations run inside SetResult is what a socket's completion is: whoever completes it stands for the sockets' thread.</summary>
public sealed class OutboundTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_HandlerBlocksAfterTheWait_TheThreadThatCompletedItIsFree(bool blocksInTheWork)
    {
        TaskCompletionSource<int> completion = new();
        using ManualResetEventSlim release = new();
        using ManualResetEventSlim blocked = new();
        Task handler = HandleAsync();

        // Comes back at once, though the handler is in the middle of its block: else the wait for the handler below would never have begun.
        Task completed = Task.Run(() => completion.SetResult(1));
        Assert.True(blocked.Wait(s_limit));
        await completed.WaitAsync(s_limit);
        Assert.False(handler.IsCompleted);

        release.Set();
        await handler.WaitAsync(s_limit);

        async Task HandleAsync()
        {
            _ = await Outbound.RunAsync(async () =>
            {
                int result = await completion.Task;
                if (blocksInTheWork)
                {
                    Block();
                }

                return result;
            });
            Block();
        }

        void Block()
        {
            blocked.Set();
            _ = release.Wait(s_limit);
        }
    }

    [Fact]
    public async Task RunAsync_ManyWaitsInTheWork_EachGoesOnOnThePool()
    {
        int completer = 0;
        bool[] onPool = await Outbound.RunAsync(async () =>
        {
            List<bool> seen = [];
            for (int i = 0; i < 3; i++)
            {
                TaskCompletionSource completion = new();
                Thread thread = new(() =>
                {
                    completer = Environment.CurrentManagedThreadId;
                    completion.SetResult();
                });
                thread.Start();
                await completion.Task;
                seen.Add(Thread.CurrentThread.IsThreadPoolThread && Environment.CurrentManagedThreadId != completer);
            }

            return seen.ToArray();
        });

        Assert.Equal([true, true, true], onPool);
    }

    [Fact]
    public async Task RunAsync_FromAShard_TheShardIsFreeMeanwhileAndTheCallerGoesOnThere()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        using ManualResetEventSlim release = new();
        Task<(bool, bool)> caller = shard.RunAsync(async () =>
        {
            bool worksThere = await Outbound.RunAsync(() =>
            {
                _ = release.Wait(s_limit); // before the first wait of the work
                return Task.FromResult(shard.IsCurrent);
            });
            return (worksThere, shard.IsCurrent);
        });

        Assert.True(await shard.RunAsync(static () => Task.FromResult(true)).WaitAsync(s_limit)); // answers while the work blocks
        Assert.False(caller.IsCompleted);
        release.Set();

        Assert.Equal((false, true), await caller.WaitAsync(s_limit));
    }

    [Fact]
    public async Task RunAsync_WorkFails_TheCallerGetsTheFailure()
    {
        await Assert.ThrowsAsync<IOException>(() => Outbound.RunAsync(static async () =>
        {
            await Task.Yield();
            throw new IOException("a full disk");
        }));
    }

    /// <summary>The framework reads its switch once, when the first socket is made, so a process of its own tries it.</summary>
    [Theory]
    [InlineData("outbound", BlockingHandlers.Connections)]
    [InlineData("direct", 0)] // what the rule is there for: when this one changes, the rule has lost its reason
    public async Task Accepts_WhileHandlersBlock_GoOnWhereTheHandlersLeftTheSocketsThread(string way, int accepted)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, ArgumentList = { typeof(OutboundTests).Assembly.Location, way } };
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"] = "1";
        using Process process = Process.Start(start)!;

        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(s_limit);

        Assert.Equal($"{accepted} accepted", output.TrimEnd());
    }
}
