using FastRtspProxy.Operations.Events;
using FastRtspProxy.Output;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Operations.Events;

/// <summary>The last lines of the log.</summary>
public sealed class LogHistoryTests
{
    [Fact]
    public void Last_ManyLines_AreTheLastOnesOfTheLevelInOrder()
    {
        LogHistory history = new();
        for (int i = 0; i < LogHistory.Kept + 500; i++)
        {
            history.Add(i % 2 == 0 ? LogLevel.Information : LogLevel.Error, DateTimeOffset.UnixEpoch, "c", $"{i}\n");
        }

        Assert.Equal(LogHistory.Kept, history.Last(LogLevel.Trace, int.MaxValue).Count);
        Assert.Equal(["1495", "1497", "1499"], history.Last(LogLevel.Warning, 3).Select(static line => line.Text));
    }

    [Fact]
    public void Add_LongLine_IsCut()
    {
        LogHistory history = new();
        history.Add(LogLevel.Error, DateTimeOffset.UnixEpoch, "c", new string('x', 1_000_000));

        Assert.Equal(2003, Assert.Single(history.Last(LogLevel.Error, 1)).Text.Length);
    }

    /// <summary>What the log says in JSON stands here as the sentence alone, and never an address that the log does not show.</summary>
    [Fact]
    public void Log_InTheProgram_KeepsWhatIsWritten()
    {
        using MemoryStream errors = new();
        using LineQueue lines = new(errors);
        LogHistory history = new();
        LogStyle style = new() { Format = FastRtspProxy.Operations.Configuration.Model.LogFormat.Json, History = history, Level = LogLevel.Warning };
        style.Addresses = FastRtspProxy.Operations.Configuration.Model.AddressDetail.None;
        using ILoggerFactory log = LineLoggerProvider.CreateFactory(lines, style);

        log.CreateLogger("Api").LogWarning("{Client} asked for rtsp://h/?password=geheim", "198.51.100.7");
        log.CreateLogger("Api").LogInformation("quiet");

        Assert.Equal("- asked for rtsp://h/?password=***", Assert.Single(history.Last(LogLevel.Trace, 10)).Text);
    }
}
