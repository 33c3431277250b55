using System.Diagnostics;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Startup;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net.Startup;

/// <summary>A process that begins as ours do, and one of whose threads has no memory: it ends at once, whatever would catch the exception.</summary>
public sealed class OutOfMemoryTests
{
    /// <summary>Asks the entry point for <see cref="LiveOnAsync"/>.</summary>
    internal const string Way = "out-of-memory";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("shard")] // its loop catches what its work throws, says it and goes on
    [InlineData("caught")]
    [InlineData("task")] // nobody would ever look at it
    public async Task Thrown_OnAnyThread_TheProcessEndsWithASentenceAndItsStatus(string where)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { typeof(OutOfMemoryTests).Assembly.Location, Way, where },
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync().WaitAsync(s_limit);
        await process.WaitForExitAsync().WaitAsync(s_limit);

        Assert.Equal(OutOfMemory.ExitStatus, process.ExitCode);
        Assert.StartsWith("Out of memory: the program ends.", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(await output.WaitAsync(s_limit));
    }

    /// <summary>The process itself: it would live on, and end with 0.</summary>
    internal static async Task<int> LiveOnAsync(string where)
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        switch (where)
        {
            case "shard":
                shard.Post(Fail);
                break;
            case "caught":
                try
                {
                    Fail();
                }
                catch (Exception)
                {
                    // As a parser's caller does.
                }

                break;
            default:
                _ = Task.Run(Fail);
                await Task.Delay(TimeSpan.FromSeconds(1));
                break;
        }

        _ = await shard.RunAsync(static () => Task.FromResult(true));
        Console.WriteLine("lives on");
        return 0;
    }

#pragma warning disable CA2201 // the framework throws it; here there is memory enough
    private static void Fail() => throw new OutOfMemoryException();
#pragma warning restore CA2201
}
