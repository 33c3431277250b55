using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>What is said of refused clients, and how often.</summary>
public sealed class RefusalLogTests
{
    private readonly RecordingLogger _log = new();

    [Theory]
    [InlineData((int)PlaceLimit.Total, "--max-clients ")]
    [InlineData((int)PlaceLimit.Address, "--max-clients-per-address ")]
    [InlineData((int)PlaceLimit.Mount, "--max-clients-per-mount ")]
    public void OnClient_FirstOfALimit_NamesTheOption(int limit, string option)
    {
        RefusalLog refusals = new(_log, new ClientLimits(new ViewerLimits()));

        refusals.OnClient((PlaceLimit)limit, "cam", IPAddress.Loopback, 0);

        Assert.Contains(option, Assert.Single(_log.Lines).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void OnClient_AFloodOfThem_IsSaidOnceInTenSecondsForEachLimit()
    {
        RefusalLog refusals = new(_log, new ClientLimits(new ViewerLimits()));

        for (int i = 0; i < 25_000; i++)
        {
            refusals.OnClient(PlaceLimit.Address, "cam", IPAddress.Loopback, i * 1000L);
            refusals.OnClient(PlaceLimit.Mount, "cam", IPAddress.Loopback, i * 1000L);
        }

        Assert.Equal(6, _log.Lines.Count);
    }

    [Fact]
    public void OnUnknown_AFloodOfThem_IsSaidOnceInTenSecondsWithTheNameAndWithoutWhatIsSecret()
    {
        RefusalLog refusals = new(_log, new ClientLimits(new ViewerLimits()));

        for (int i = 0; i < 15_000; i++)
        {
            refusals.OnUnknown("DESCRIBE", "rtsp://192.0.2.1:8554/gaet?token=geheim", IPAddress.Loopback, new FakeMountDirectory(), i * 1000L);
        }

        Assert.Equal(2, _log.Lines.Count);
        Assert.Equal("Viewer 127.0.0.1 asked for \"gaet\", and no stream has that name", _log.Lines[0].Text);
    }

    [Fact]
    public void OnConnection_ForWantOfDescriptors_SaysTheRemedy()
    {
        RefusalLog refusals = new(_log, new ClientLimits(new ViewerLimits()));

        refusals.OnConnection(PlaceLimit.Descriptors, 56, IPAddress.Loopback, 0);

        Assert.Contains("56 are open", _log.Lines[0].Text, StringComparison.Ordinal);
        Assert.Contains("ulimit -n", _log.Lines[0].Text, StringComparison.Ordinal);
    }
}
