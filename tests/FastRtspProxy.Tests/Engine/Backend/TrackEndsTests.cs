using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class TrackEndsTests
{
    // v: video, a: another track. After it: f: flows, q: was heard and is quiet now, e: has ended, n: was never heard.
    [Theory]
    [InlineData("vf ae", TrackEnd.GoesOn)]
    [InlineData("vq ae", TrackEnd.GoesOn)]
    [InlineData("vn ae", TrackEnd.GoesOn)]
    [InlineData("vf ae ae", TrackEnd.GoesOn)]
    [InlineData("ve", TrackEnd.All)]
    [InlineData("ve ae", TrackEnd.All)]
    [InlineData("ve aq", TrackEnd.All)]
    [InlineData("ve an", TrackEnd.All)]
    [InlineData("ve af", TrackEnd.Video)]
    [InlineData("ve ae af", TrackEnd.Video)]
    [InlineData("ve vf af", TrackEnd.GoesOn)]
    [InlineData("ve ve af", TrackEnd.Video)]
    [InlineData("ve ve ae", TrackEnd.All)]
    [InlineData("ve vn ae", TrackEnd.All)]
    [InlineData("ae", TrackEnd.All)]
    [InlineData("ae af", TrackEnd.GoesOn)]
    [InlineData("ae aq", TrackEnd.GoesOn)]
    [InlineData("ae an", TrackEnd.All)]
    [InlineData("ae ae", TrackEnd.All)]
    [InlineData("vf af", TrackEnd.GoesOn)]
    internal void Judge_Byes_EndTheSessionWithItsPicturesOrWithTheLastTrack(string tracks, TrackEnd end)
    {
        TrackSigns[] signs = [.. tracks.Split(' ').Select(t => new TrackSigns(t[0] == 'v', t[1] != 'n', t[1] == 'f', t[1] == 'e'))];

        Assert.Equal(end, TrackEnds.Judge(signs));
    }
}
