using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Hooks;
using FastRtspProxy.Output;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Program.Output;

/// <summary>A log message in each style: as a line or as JSON, with viewers' addresses or with less of them.</summary>
public sealed class LogLineTests
{
    [Theory]
    [InlineData(nameof(AddressDetail.Full), "192.0.2.77", "A viewer of cam from 192.0.2.77 was refused: full\n")]
    [InlineData(nameof(AddressDetail.Network), "192.0.2.77", "A viewer of cam from 192.0.2.0/24 was refused: full\n")]
    [InlineData(nameof(AddressDetail.Network), "::ffff:192.0.2.77", "A viewer of cam from 192.0.2.0/24 was refused: full\n")]
    [InlineData(nameof(AddressDetail.Network), "2001:db8:1:2::7", "A viewer of cam from 2001:db8:1::/48 was refused: full\n")]
    [InlineData(nameof(AddressDetail.None), "192.0.2.77", "A viewer of cam from - was refused: full\n")]
    public void Text_OfAViewer_ShowsWhatMayBeShown(string shown, string address, string expected)
    {
        string text = Logged(
            new LogStyle { Addresses = Enum.Parse<AddressDetail>(shown) },
            log => FrontendLog.ClientRefused(log, "cam", IPAddress.Parse(address), "full"));

        Assert.Equal(expected, text);
    }

    [Fact]
    public void Text_EndPoint_LosesItsPort()
    {
        LogStyle style = new() { Addresses = AddressDetail.Network, Level = LogLevel.Debug };

        string text = Logged(style, log => FrontendLog.SessionBegan(log, "1A2B", "cam", new IPEndPoint(IPAddress.Parse("203.0.113.9"), 4711)));

        Assert.Equal("Viewer 203.0.113.0/24 opened session 1A2B on cam\n", text);
    }

    /// <summary>Written again from its template, a message is the same but for addresses: its formats count.</summary>
    [Fact]
    public void Text_ValueWithAFormat_KeepsIt()
    {
        LogStyle style = new() { Addresses = AddressDetail.None };

        string text = Logged(style, log => log.Log(LogLevel.Warning, "{Client} waits {Seconds:0.#} s ({Mark:X4})", IPAddress.Loopback, 1.25, 255));

        Assert.Equal("- waits 1.3 s (00FF)\n", text);
    }

    [Fact]
    public void Text_AddressAsText_IsMaskedToo()
    {
        string text = Logged(
            new LogStyle { Addresses = AddressDetail.None },
            log => FrontendLog.LogInFailed(log, "203.0.113.9", "admin", "cam", string.Empty));

        Assert.Equal("Failed log-in from - as \"admin\" to \"cam\"\n", text);
    }

    /// <summary>The mask knows viewers' addresses by the name of the value: a message that called one otherwise would show it. A multicast group is nobody's.</summary>
    [Fact]
    public void FrontendLog_EveryAddress_IsCalledClient()
    {
        IEnumerable<string?> others = typeof(FrontendLog).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .SelectMany(static m => m.GetParameters())
            .Where(static p => p.ParameterType == typeof(IPAddress) || p.ParameterType == typeof(IPEndPoint))
            .Select(static p => p.Name)
            .Where(static name => name is not ("client" or "group"));

        Assert.Empty(others);
    }

    [Fact]
    public void Json_AMessage_HasTimeLevelCategoryAndValues()
    {
        FakeTimeProvider time = new();

        string text = Logged(
            new LogStyle { Format = LogFormat.Json },
            log => FrontendLog.InputOverBudget(log, 8, new IPEndPoint(IPAddress.Loopback, 9), 77, 3),
            time);

        Assert.EndsWith("}\n", text);
        JsonElement line = JsonDocument.Parse(text).RootElement;
        Assert.Equal(time.GetUtcNow().UtcDateTime, line.GetProperty("time").GetDateTime(), TimeSpan.FromMilliseconds(1));
        Assert.Equal("warning", line.GetProperty("level").GetString());
        Assert.Equal("any", line.GetProperty("category").GetString());
        Assert.Equal(414, line.GetProperty("event").GetInt32());
        Assert.Equal("127.0.0.1:9", line.GetProperty("client").GetString());
        Assert.Equal(77, line.GetProperty("heldKiB").GetInt64());
        Assert.StartsWith("Requests and answers of viewers take all of their 8 MiB", line.GetProperty("message").GetString());
    }

    /// <summary>What reads a line takes one of two members of a name, or refuses it: a value is not called as a member that every line has.</summary>
    [Fact]
    public void Json_ValuesOfEveryMessage_HaveNamesOfTheirOwn()
    {
        IEnumerable<MethodInfo> messages = ((Type[])[typeof(NetLog), typeof(FrontendLog), typeof(HookLog), typeof(LogLine)])
            .SelectMany(static one => one.Assembly.GetTypes())
            .SelectMany(static one => one.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(static method => method.GetCustomAttribute<LoggerMessageAttribute>() is not null);

        Assert.Empty(messages.Where(static method => method.GetParameters().Any(IsOfEveryLine)).Select(static method => method.Name));

        // How loud it is, where a message may be one or the other, is no value of it.
        static bool IsOfEveryLine(ParameterInfo value) =>
            value.Name is "time" or "level" or "category" or "event" or "message" && value.ParameterType != typeof(LogLevel);
    }

    [Fact]
    public void Json_AHookThatRefuses_NamesTheEventBesideTheNumberOfTheMessage()
    {
        string text = Logged(new LogStyle { Format = LogFormat.Json }, static log => HookLog.Refused(log, "http://192.0.2.1/frp", "stream.down", "status 404", ""));

        using JsonDocument line = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        Assert.Equal(952, line.RootElement.GetProperty("event").GetInt32());
        Assert.Equal("stream.down", line.RootElement.GetProperty("type").GetString());
    }

    [Fact]
    public void Json_WhatAPeerPutIntoAMessage_StaysOneLine()
    {
        string text = Logged(
            new LogStyle { Format = LogFormat.Json, Level = LogLevel.Trace },
            log => log.Log(LogLevel.Trace, new IOException("a\nb"), "Got \"{Text}\"", "OPTIONS *\r\n\"x\"\u202E\u0007"));

        Assert.Equal(1, text.Count(static c => c == '\n'));
        JsonElement line = JsonDocument.Parse(text).RootElement;
        Assert.DoesNotContain('\u202E', line.GetProperty("message").GetString()!);
        Assert.Equal("IOException: a?b", line.GetProperty("error").GetString());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(LineQueue.EntryChars / 2)]
    [InlineData(3 * LineQueue.EntryChars)]
    public void Json_MessageOfAnyLength_IsOneWholeLine(int chars)
    {
        string said = string.Concat(Enumerable.Repeat("a=\"\\\u00E9", chars / 5));

        string text = Logged(
            new LogStyle { Format = LogFormat.Json, Level = LogLevel.Trace }, log => log.Log(LogLevel.Trace, "cam: message from the camera: {Text}", said));

        using JsonDocument line = JsonDocument.Parse(text);
        Assert.StartsWith("cam: message from the camera: a=\"\\\u00E9", line.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(chars == 100, line.RootElement.TryGetProperty("text", out _));
    }

    [Fact]
    public void Json_PasswordWhereALongMessageIsCut_IsMaskedAllTheSame()
    {
        string[] pieces = [.. Enumerable.Range(0, LineQueue.EntryChars / 10).Select(static i => $"rtsp://u{i:D4}:geheim@h{i:D4}/")];

        string text = Logged(new LogStyle { Format = LogFormat.Json }, log => log.Log(LogLevel.Warning, "{Text}", string.Join(' ', pieces)));

        using JsonDocument line = JsonDocument.Parse(text);
        Assert.EndsWith(" ...", line.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("geh", text, StringComparison.Ordinal);
    }

    /// <summary>A camera writes our own credentials, or those of another place, into what it answers.</summary>
    [Theory]
    [InlineData(nameof(LogFormat.Text))]
    [InlineData(nameof(LogFormat.Json))]
    public void Text_UrlWithAPasswordInAMessage_IsMaskedInEveryMember(string format)
    {
        string text = Logged(
            new LogStyle { Format = Enum.Parse<LogFormat>(format) },
            static log => log.Log(LogLevel.Warning, new IOException("at rtsp://u:geheim@h/"), "cam: {Reason}", "404 rtsp://admin:geheim@10.0.0.5/1"));

        Assert.DoesNotContain("geheim", text, StringComparison.Ordinal);
        Assert.Contains("rtsp://***@10.0.0.5/1", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_Masked_ShowsNoAddressInAnyMember()
    {
        string text = Logged(
            new LogStyle { Format = LogFormat.Json, Addresses = AddressDetail.None },
            log => FrontendLog.ConnectionRefused(log, IPAddress.Parse("198.51.100.4"), "too many"));

        Assert.DoesNotContain("198.51", text);
    }

    [Fact]
    public void Style_ChangedWhileItRuns_CountsFromTheNextMessage()
    {
        LogStyle style = new();

        string text = Logged(style, log =>
        {
            log.Log(LogLevel.Debug, "one");
            style.Level = LogLevel.Debug;
            log.Log(LogLevel.Debug, "two");
            style.Level = LogLevel.Warning;
            log.Log(LogLevel.Information, "three");
        });

        Assert.Equal("two\n", text);
    }

    private static string Logged(LogStyle style, Action<ILogger> act, TimeProvider? time = null)
    {
        using MemoryStream output = new();
        using (LineQueue lines = new(output))
        {
            using ILoggerFactory factory = LineLoggerProvider.CreateFactory(lines, style, time);
            act(factory.CreateLogger("any"));
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }
}
