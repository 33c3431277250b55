using System.Globalization;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Srtp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Backend;

namespace FastRtspProxy.Tests.SimulatedCamera;

/// <summary>The simulated camera with SRTP, read by the proxy's own session: each way of keys, each suite.</summary>
public sealed class SimulatedCameraSrtpTests
{
    public static TheoryData<string, string, string> Cases()
    {
        TheoryData<string, string, string> cases = new() { { "Client", SrtpSuite.AesCm128HmacSha1Tag80.Name, "Tcp" }, { "Client", SrtpSuite.AesCm128HmacSha1Tag80.Name, "Udp" } };
        foreach (SrtpSuite suite in SrtpSuite.All)
        {
            cases.Add("Sdes", suite.Name, "Tcp");
            cases.Add("Mikey", suite.Name, "Udp");
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Play_EachWayOfKeysAndSuite_EveryPacketIsGenuine(string keys, string suite, string way)
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with
        {
            Srtp = Enum.Parse<SimulatedCameraSrtp>(keys),
            SrtpSuite = SrtpSuite.Find(suite)!,
        });
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(Enum.Parse<FastRtspProxy.Engine.BackendTransport>(way), camera.Url);
        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => fixture.Sink.Packets.Count(p => p.Track == 0) > 5 && fixture.Sink.Packets.Any(p => p.Track == 1) && fixture.Sink.Reports.Count > 0);
        Assert.All(session.Tracks, static track => Assert.Equal((0L, 0L), (track.Protection!.Unauthentic, track.Protection.Replayed)));
        Assert.Contains(suite, session.Tracks[0].Protection!.Words, StringComparison.Ordinal);
    }

    /// <summary>Packets that come twice are dropped by their index, and a source that changes begins anew.</summary>
    [Fact]
    public async Task Play_RepeatedPacketsAndOtherSources_OnlyTheRepeatedAreDropped()
    {
        Assert.True(FaultSchedule.TryParse("dup=#10,ssrc=per-gop", out FaultSchedule faults, out string? error), error);
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Srtp = SimulatedCameraSrtp.Mikey, Faults = faults });
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(FastRtspProxy.Engine.BackendTransport.Tcp, camera.Url);
        Assert.Null(await fixture.PlayAsync(session));
        int Sources() => fixture.Sink.Packets.Where(static p => p.Track == 0).Select(static p => p.Ssrc).Distinct().Count();
        await Until.TrueAsync(
            () => session.Tracks[0].Protection!.Replayed > 0 && Sources() > 1,
            detail: () => $"{session.Tracks[0].Protection!.Replayed} replayed, {Sources()} sources");
        Assert.Equal(0, session.Tracks[0].Protection!.Unauthentic);
        int packets = fixture.Sink.Packets.Count(static p => p.Track == 0);
        Assert.True(packets > 10, packets.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task SetUp_ClientThatShouldNameTheKeysAndDoesNot_Answers463()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Srtp = SimulatedCameraSrtp.Client });
        using RtspTestClient client = await RtspTestClient.ConnectAsync(camera.Server.Port);
        RtspTestResponse described = await client.RequestAsync("DESCRIBE", camera.Url);
        Assert.Contains("RTP/SAVP 96", described.BodyText, StringComparison.Ordinal);
        string control = described.BodyText.Split("a=control:")[2].Split('\r')[0];
        string url = control.Contains("://", StringComparison.Ordinal) ? control : camera.Url + "/" + control;
        Assert.Equal(463, (await client.RequestAsync("SETUP", url, "Transport: RTP/SAVP/TCP;unicast;interleaved=0-1")).Status);
        Assert.Equal(461, (await client.RequestAsync("SETUP", url, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")).Status);
    }
}
