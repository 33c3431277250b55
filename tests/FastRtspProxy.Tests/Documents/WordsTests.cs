using System.Reflection;
using System.Text.RegularExpressions;
using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Documents;

/// <summary>What users read has the words of docs/words.md: a viewer and not a client, a stream and not a mount, an event loop and not a
/// shard, a camera and not a back-end.</summary>
public sealed partial class WordsTests
{
    [Fact]
    public void Help_HasTheWordsOfUsers()
    {
        string help = ((ParseOutcome.Print)CommandLineParser.Parse(["--help"])).Text;

        Assert.DoesNotMatch(OurWords(), OptionName().Replace(help, ""));
    }

    [Fact]
    public void LogLines_HaveTheWordsOfUsers()
    {
        string[] messages = [.. typeof(ProxyOptions).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.Message).OfType<string>()];

        Assert.True(messages.Length > 30);
        Assert.DoesNotContain(messages, message => OurWords().IsMatch(OptionName().Replace(Placeholder().Replace(message, ""), "")));
    }

    [GeneratedRegex(@"\b(clients?|mounts?|shards?|back-?ends?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex OurWords();

    [GeneratedRegex(@"--[\w-]+")]
    private static partial Regex OptionName();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Placeholder();
}
