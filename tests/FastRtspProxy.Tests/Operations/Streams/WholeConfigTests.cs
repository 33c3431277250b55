using System.Net;
using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Streams;

namespace FastRtspProxy.Tests.Operations.Streams;

/// <summary>What people wrote, with the streams of requests.</summary>
public sealed class WholeConfigTests
{
    private static readonly StreamConfig s_file = new() { Name = "file", Sources = ["rtsp://192.0.2.9/a"] };

    [Fact]
    public void Of_SomeThatDoNotFit_LeavesThoseOutAndTellsWhy()
    {
        WholeConfig whole = Of(
            new ProxyConfig { Streams = [s_file] },
            Stream("a"), Stream("file"), Stream("file/sub"), Stream("b", "{\"sorce\":\"x\"}"), Stream("c", "{\"source\":\"rtsp://127.0.0.1:1/c\"}"), Stream("d"));

        Assert.Equal(["file", "a", "d"], whole.Config.Streams.Select(static stream => stream.Name));
        Assert.Equal(["b", "c", "file", "file/sub"], whole.LeftOut.Keys.Order(StringComparer.Ordinal));
        Assert.All(whole.LeftOut.Values, static faults => Assert.NotEmpty(faults));
    }

    /// <summary>It was taken where it was read, with what only its file knows; a stream of a request is not to pay for it.</summary>
    [Fact]
    public void Of_WrittenThatIsWrongAlready_IsNoStreamsFault()
    {
        AuthConfig auth = new() { Anonymous = ["nobody"] };

        WholeConfig whole = Of(new ProxyConfig { Streams = [s_file], Auth = auth }, Stream("a"), Stream("file/sub"), Stream("b"));

        Assert.Equal(["file", "a", "b"], whole.Config.Streams.Select(static stream => stream.Name));
        Assert.Equal(["file/sub"], whole.LeftOut.Keys);
    }

    private static WholeConfig Of(ProxyConfig written, params StoredStream[] streams) =>
        WholeConfig.Of(written with { Rtsp = new RtspConfig { Listen = [new ListenPoint(null, 1)] } }, streams, static address => IPAddress.IsLoopback(address));

    private static StoredStream Stream(string name, string? json = null) =>
        new(name, (JsonObject)JsonNode.Parse(json ?? $"{{\"source\":\"rtsp://192.0.2.9/{name}\"}}")!, IsPersisted: true);
}
