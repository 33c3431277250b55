using System.Text;
using System.Text.Json;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Output;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Program.Output;

public sealed class LineQueueTests
{
    [Fact]
    public void Add_ManyLines_AreWrittenWholeAndInOrder()
    {
        using var output = new MemoryStream();
        using (var lines = new LineQueue(output))
        {
            for (int i = 0; i < 1000; i++)
            {
                lines.Add($"line {i}\n");
            }
        }

        Assert.Equal(string.Concat(Enumerable.Range(0, 1000).Select(i => $"line {i}\n")), Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public void AddLines_MoreThanOneEntryMayHold_AreWrittenWhole()
    {
        string text = string.Concat(Enumerable.Range(0, 5000).Select(i => $"\tPlay this stream using the URL: rtsp://192.0.2.1/proxyStream-{i}\n")) + new string('x', 2 * LineQueue.EntryChars) + "\n";
        using var output = new MemoryStream();
        using (var lines = new LineQueue(output))
        {
            lines.AddLines(text);
        }

        Assert.Equal(text, Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public void Add_OutputThatBlocks_DropsCountsAndNeverWaits()
    {
        using var output = new GatedStream();
        string entry = new string('x', 1023) + "\n";
        int added = 3 * LineQueue.QueueChars / entry.Length;
        using (var lines = new LineQueue(output))
        {
            // The writer takes this one and is stuck in it, whatever else is added.
            lines.Add("first\n");
            Assert.True(output.Entered.Wait(TimeSpan.FromSeconds(60)));
            for (int i = 0; i < added; i++)
            {
                lines.Add(entry);
            }

            output.Gate.Set();
            Assert.True(SpinWait.SpinUntil(() => output.Text.Contains("dropped", StringComparison.Ordinal), TimeSpan.FromSeconds(60)));
        }

        int written = output.Text.Split('\n').Count(line => line.Length == 1023);
        Assert.Equal(LineQueue.QueueChars / entry.Length, written);
        Assert.Contains($"({added - written} messages were dropped here", output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_OutputThatBlocksOfAJsonLog_CountsWhatWasDroppedInJson()
    {
        using var output = new GatedStream();
        using (var lines = new LineQueue(output))
        {
            lines.Style = new ProgramLines(lines, new LogStyle { Format = LogFormat.Json }, TimeProvider.System).Styled;
            lines.Add("first\n");
            Assert.True(output.Entered.Wait(TimeSpan.FromSeconds(60)));
            for (int i = 0; i < (LineQueue.QueueChars / LineQueue.EntryChars) + 2; i++)
            {
                lines.Add(new string('x', LineQueue.EntryChars - 1) + "\n");
            }

            output.Gate.Set();
            Assert.True(SpinWait.SpinUntil(() => output.Text.Contains("dropped", StringComparison.Ordinal), TimeSpan.FromSeconds(60)));
        }

        string line = output.Text.Split('\n').Single(static one => one.Contains("dropped", StringComparison.Ordinal));
        using JsonDocument json = JsonDocument.Parse(line);
        Assert.Equal("warning", json.RootElement.GetProperty("level").GetString());
        Assert.Equal("(2 messages were dropped here: standard error is read too slowly.)", json.RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Dispose_OutputThatBlocksForEver_EndsAllTheSame()
    {
        using var output = new GatedStream();
        var lines = new LineQueue(output);
        lines.Add("stuck\n");
        Assert.True(output.Entered.Wait(TimeSpan.FromSeconds(60)));

        await Task.Run(() =>
        {
            lines.Dispose();
            lines.Add("after the end\n");
        }).WaitAsync(TimeSpan.FromSeconds(60));

        output.Gate.Set();
    }

    [Fact]
    public void Add_OversizedText_IsCutOff()
    {
        using var output = new MemoryStream();
        using (var lines = new LineQueue(output))
        {
            lines.Add(new string('é', 3 * LineQueue.EntryChars));
        }

        string text = Encoding.UTF8.GetString(output.ToArray());
        Assert.Equal(LineQueue.EntryChars + " ...\n".Length, text.Length);
    }

    [Theory]
    [InlineData(LogLevel.Information, "info|")]
    [InlineData(LogLevel.Debug, "debug|info|")]
    [InlineData(LogLevel.Trace, "trace|debug|info|")]
    public void Logger_Levels_FollowTheVerbosity(LogLevel level, string expected)
    {
        string text = Logged(level, log =>
        {
            log.Log(LogLevel.Trace, "trace");
            log.Log(LogLevel.Debug, "debug");
            log.Log(LogLevel.Information, "info");
        });

        Assert.Equal(expected, text.Replace('\n', '|'));
    }

    [Fact]
    public void Logger_ControlCharactersOfAPeer_StayOnOneLine()
    {
        string text = Logged(LogLevel.Trace, log => log.Log(LogLevel.Warning, "reason \"{Reason}\"", "a\r\nforged\u001b[2J"));

        Assert.Equal("reason \"a??forged?[2J\"\n", text);
    }

    [Fact]
    public void Logger_DialogueAtTrace_KeepsItsLines()
    {
        string text = Logged(LogLevel.Trace, log => log.Log(LogLevel.Trace, "Sending request: {Text}", "OPTIONS * RTSP/1.0\r\nCSeq: 1\u0007\r\n\r\n"));

        Assert.Equal("Sending request: OPTIONS * RTSP/1.0\nCSeq: 1?\n\n", text);
    }

    [Fact]
    public void Logger_Exception_IsNamedOnTheSameLine()
    {
        string text = Logged(LogLevel.Information, log => log.Log(LogLevel.Error, new IOException("disk\nfull"), "It failed."));

        Assert.Equal("It failed. (IOException: disk?full)\n", text);
    }

    private static string Logged(LogLevel level, Action<ILogger> act)
    {
        using var output = new MemoryStream();
        using (var lines = new LineQueue(output))
        {
            using ILoggerFactory factory = LineLoggerProvider.CreateFactory(lines, new LogStyle { Level = level });
            act(factory.CreateLogger("any"));
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    /// <summary>Standard error whose reader has stopped: the first write waits at the gate.</summary>
    private sealed class GatedStream : MemoryStream
    {
        private readonly StringBuilder _text = new();

        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim Gate { get; } = new();

        public string Text
        {
            get
            {
                lock (_text)
                {
                    return _text.ToString();
                }
            }
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            Entered.Set();
            Gate.Wait();
            lock (_text)
            {
                _text.Append(Encoding.UTF8.GetString(buffer, offset, count));
            }
        }
    }
}
