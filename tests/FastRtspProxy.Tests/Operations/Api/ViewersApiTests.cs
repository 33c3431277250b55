using System.Net;
using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Tests.Operations.Api;

/// <summary>Who watches, and the end of that.</summary>
public sealed class ViewersApiTests
{
    [Theory]
    [InlineData("full", "\"address\":\"198.51.100.7\"")]
    [InlineData("network", "\"address\":\"198.51.100.0/24\"")]
    [InlineData("none", "\"address\":null")]
    public async Task List_Addresses_AreShownAsInTheLog(string detail, string expected)
    {
        await using ApiBench bench = new($"log: {{addresses: {detail}}}\nstreams: {{a: {{source: rtsp://192.0.2.9/a}}}}");
        bench.Proxy.Watching.Add(Viewer("1", "a"));

        Assert.Contains(expected, (await bench.MustAsync(200, "GET", "/viewers")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListAndEnd_Viewers_AreThoseOfTheStreamAndOfTheRole()
    {
        await using ApiBench bench = new("streams: {a: {source: rtsp://192.0.2.9/a}, b: {source: rtsp://192.0.2.9/a}}");
        bench.Proxy.Watching.AddRange([Viewer("1", "a"), Viewer("2", "b"), Viewer("3", "b")]);

        Assert.Equal(3, (int)(await bench.MustAsync(200, "GET", "/viewers")).Json["total"]!);
        Assert.Equal(2, (int)(await bench.MustAsync(200, "GET", "/streams/b/viewers")).Json["total"]!);
        await bench.MustAsync(404, "GET", "/streams/c/viewers");
        await bench.MustAsync(204, "DELETE", "/viewers/2");
        await bench.MustAsync(404, "DELETE", "/viewers/2");
        bench.May = static question => question.Stream is null or "a";
        await bench.MustAsync(404, "DELETE", "/viewers/3");

        Assert.Equal(1, (int)(await bench.MustAsync(200, "GET", "/viewers")).Json["total"]!);
        Assert.Equal(2, bench.Proxy.Watching.Count);
    }

    internal static ViewerStatus Viewer(string id, string stream) => new()
    {
        Id = id,
        Stream = stream,
        Address = IPAddress.Parse("::ffff:198.51.100.7"),
        Way = "udp",
        Agent = "player\r\nX: y\"</script>",
        Lag = 0.5,
        RoundTrip = double.NaN,
    };
}
