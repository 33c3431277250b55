using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>Multicast to viewers, from the file to the engine.</summary>
public sealed class MulticastConfigTests
{
    private const string Protected = """
        auth:
          users: [{name: a, password: b, roles: [v]}]
          roles: {v: {may: [read]}, guest: {may: [read], streams: [lobby]}}
          anonymous: [guest]
        """;

    [Fact]
    public void Of_NothingSaid_NoStreamHasAGroup()
    {
        ProxyOptions options = EngineOptions.Of(ConfigBench.Good("streams: {a: {source: rtsp://192.0.2.9/a}}"));

        Assert.Null(options.Streams[0].Settings!.Multicast);
        Assert.Null(options.Multicast);
    }

    [Fact]
    public void Of_NetworkForAll_EachStreamHasItUnlessItSaysOtherwise()
    {
        ProxyOptions options = EngineOptions.Of(ConfigBench.Good("""
            defaults: {multicast: {groups: 239.192.0.0/16, ttl: 4, interface: eth0}}
            streams:
              a: {source: rtsp://192.0.2.9/a}
              b: {source: rtsp://192.0.2.9/b, maxViewers: 5, multicast: {open: true, ttl: 1}}
              c: {source: rtsp://192.0.2.9/c, multicast: {group: ff15::9, port: 6000, interface: null}}
              d: {source: rtsp://192.0.2.9/d, multicast: {groups: null}}
            """));

        MulticastOptions common = new() { Groups = IPNetwork.Parse("239.192.0.0/16"), Ttl = 4, Interface = "eth0" };
        Assert.Equal(common, options.Multicast); // that of registered streams
        Assert.Equal(common, options.Streams[0].Settings!.Multicast);
        Assert.Equal(common with { Ttl = 1, IsOpen = true, HasViewerLimit = true }, options.Streams[1].Settings!.Multicast);
        Assert.Equal(new MulticastOptions { Group = IPAddress.Parse("ff15::9"), Port = 6000, Ttl = 4 }, options.Streams[2].Settings!.Multicast);
        Assert.Null(options.Streams[3].Settings!.Multicast);
    }

    [Fact]
    public void Load_StreamsThatAreNotForEverybodyShareANetwork_SaysThatTheyAreLeftOut()
    {
        LoadedConfig loaded = new ConfigBench().Load(Protected + """

            defaults: {multicast: {groups: 239.192.0.0/16}}
            streams: {lobby: {source: rtsp://192.0.2.9/a}, hall: {source: rtsp://192.0.2.9/b}}
            """);

        Assert.NotNull(loaded.Config);
        Assert.Contains(loaded.Lines, static line => line.Contains("defaults.multicast.groups: not for hall, which", StringComparison.Ordinal));
        Assert.DoesNotContain(loaded.Lines, static line => line.Contains("lobby", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_StreamThatIsNotForEverybodyIsOpen_IsTaken()
    {
        LoadedConfig loaded = new ConfigBench().Load(Protected + "\nstreams: {hall: {source: rtsp://192.0.2.9/b, multicast: {group: 239.1.1.1, open: true}}}");

        Assert.NotNull(loaded.Config);
        Assert.Empty(loaded.Lines);
    }

    [Fact]
    public void Load_OneGroupWithPortsFarApart_IsTaken() => Assert.NotNull(ConfigBench.Good("""
        streams:
          a: {source: rtsp://192.0.2.9/a, multicast: 239.1.1.1}
          b: {source: rtsp://192.0.2.9/b, multicast: {group: 239.1.1.1, port: 5068}}
        """));

    [Fact]
    public void Compare_AnotherGroup_TouchesNoSessionWithTheCamera()
    {
        ProxyConfig old = ConfigBench.Good("streams: {a: {source: rtsp://192.0.2.9/a, multicast: 239.1.1.1}}");
        ProxyConfig next = ConfigBench.Good("streams: {a: {source: rtsp://192.0.2.9/a, multicast: 239.1.1.2}}");

        ConfigDifference difference = ConfigComparison.Of(old, next);

        Assert.Empty(difference.Remade);
        Assert.Single(difference.Adjusted);
    }
}
