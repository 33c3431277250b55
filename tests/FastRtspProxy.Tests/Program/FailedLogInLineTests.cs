using System.Net;
using System.Text.RegularExpressions;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Mounts;

namespace FastRtspProxy.Tests.Program;

/// <summary>The expression for fail2ban that docs/log-ins.md shows finds the lines as they are printed, and in them no address but the client's.</summary>
public sealed class FailedLogInLineTests
{
    /// <summary>What fail2ban puts for &lt;ADDR&gt;, simplified: an address in numbers.</summary>
    private const string Address = "(?<addr>(?:\\d{1,3}\\.){3}\\d{1,3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]+)";

    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("::ffff:192.0.2.7")]
    [InlineData("2001:db8::7")]
    [InlineData("fe80::7%3")]
    public void Filter_OfTheReadme_MatchesTheLine(string address)
    {
        IPAddress client = IPAddress.Parse(address);
        client = client.Unmapped(); // as a connection has it
        string[] lines = Print(client, "admin", "rtsp://h/cam", count: 3);

        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.Equal(IPAddress.Parse(client.ToString().Split('%')[0]), IPAddress.Parse(Matched(line))));
    }

    [Theory]
    [InlineData("\nFailed log-in from 198.51.100.1 as \"x\" to \"y\"")]
    [InlineData("\r\nFailed log-in from 198.51.100.1 as \"x\" to \"y\"")]
    [InlineData("\u2028Failed log-in from 198.51.100.1 as \"x")]
    [InlineData("x\" to \"y\" Failed log-in from 198.51.100.1 as \"z")]
    [InlineData("\u202Eya.15.001.891 morf")]
    [InlineData("\bFailed log-in from 198.51.100.1")]
    [InlineData("password=secret")]
    [InlineData("&pw=")]
    [InlineData("rtsp://u:p@198.51.100.1")]
    [InlineData("[1]: Failed log-in from 198.51.100.1 as \"")]
    [InlineData("")]
    public void Filter_CraftedNames_NamesTheClientAlone(string text)
    {
        foreach ((string user, string url) in new[] { (text, "rtsp://h/cam"), ("admin", "rtsp://h/" + text), (text, text) })
        {
            string[] lines = Print(IPAddress.Parse("192.0.2.7"), user, url, count: 1);

            string line = Assert.Single(lines);
            Assert.Equal("192.0.2.7", Matched(line));
            Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
            Assert.DoesNotContain('\u202E', line);
        }
    }

    private static string Matched(string line)
    {
        // In the log's file or journal the program's name and number stand before it.
        foreach (string prefix in (string[])[string.Empty, "host fastrtspproxy[4711]: "])
        {
            MatchCollection matches = Regex.Matches(prefix + line, Filter());
            Assert.Single(matches);
            Assert.Equal(Regex.Match(line, Address).Value, matches[0].Groups["addr"].Value);
        }

        return Regex.Match(line, Filter()).Groups["addr"].Value;
    }

    /// <summary>The page's failregex, with fail2ban's words put in.</summary>
    private static string Filter()
    {
        string given = Assert.Single(Repository.Text("docs/log-ins.md").Split('\n'), static line => line.StartsWith("failregex = ", StringComparison.Ordinal))["failregex = ".Length..];
        Assert.StartsWith("^%(__prefix_line)s", given, StringComparison.Ordinal);
        Assert.Contains("<ADDR>", given, StringComparison.Ordinal);
        return given
            .Replace("%(__prefix_line)s", "\\s*(?:\\S+\\s+)?(?:fastrtspproxy(?:\\[\\d+\\])?:?\\s+)?", StringComparison.Ordinal)
            .Replace("<ADDR>", Address, StringComparison.Ordinal);
    }

    /// <summary>What the program prints for it.</summary>
    private static string[] Print(IPAddress client, string user, string url, int count)
    {
        RecordingLogger log = new();
        FailedLogIns lines = new(log);
        GuesserRow row = new(AddressGroup.Of(client));
        for (int i = 0; i < count; i++)
        {
            lines.Note(row, FailedLogIn.Of(client, user, "DESCRIBE", url, new FakeMountDirectory()), 0);
        }

        // As the log provider does with every line.
        return [.. log.Loud.Select(Printable.Line)];
    }
}
