using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Frontend;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine;

/// <summary>Rules that change while a whole engine runs, between a camera and its viewers.</summary>
public sealed class ProxyEngineAccessTests
{
    private static readonly AccessRules s_rules = new()
    {
        Users = [LogIns.User("viewer", "view"), LogIns.User("guard", "guard")],
        Roles = [new AccessRole("view", AccessRights.Read), new AccessRole("guard", AccessRights.Read) { Streams = [LogIns.Pattern("c*")] }],
    };

    [Fact]
    public async Task ChangeAccess_AHundredTimes_CostsNoPacketAndEndsOnlyWhoLostTheRight()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera, change: static o => o with { Access = s_rules });
        using RtspTestClient viewer = await WatchAsync(host, "viewer");
        using RtspTestClient guard = await WatchAsync(host, "guard");
        await Until.TrueAsync(() => camera.Count("PLAY") == 1, 30);
        ushort? last = null;
        for (int i = 0; i < 100; i++)
        {
            host.Engine.ChangeAccess(s_rules with { Users = [.. s_rules.Users, LogIns.User("new" + i, "guard")] });
            camera.SendRtp(0, 96, (ushort)(1000 + i), (uint)(3000 * i), 0x1234, marker: true, [0x65, 1, 2, 3]);
            ushort number = (await ProxyHost.ReadAsync(viewer)).SequenceNumber;
            Assert.Equal(number, (await ProxyHost.ReadAsync(guard)).SequenceNumber);
            Assert.Equal((ushort)((last ?? number - 1) + 1), number);
            last = number;
        }

        host.Engine.ChangeAccess(s_rules with { Users = [s_rules.Users[0]] });

        while (!Has((await ProxyHost.ReadAsync(guard, 1)).Payload, "access was revoked"))
        {
        }

        camera.SendRtp(0, 96, 1100, 3000 * 100, 0x1234, marker: true, [0x65, 1, 2, 3]);
        Assert.Equal((ushort)(last! + 1), (await ProxyHost.ReadAsync(viewer)).SequenceNumber);
        Assert.Equal((1, 0), (camera.Count("PLAY"), camera.Count("TEARDOWN")));
    }

    [Fact]
    public async Task ChangeAccess_RulesWithADefect_LeavesTheOldOnesInForce()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera, change: static o => o with { Access = s_rules });

        ArgumentException refused = Assert.Throws<ArgumentException>(() => host.Engine.ChangeAccess(s_rules with { Anonymous = ["ghost"] }));

        Assert.Contains("\"ghost\"", refused.Message, StringComparison.Ordinal);
        using RtspTestClient stranger = await host.ConnectAsync();
        Assert.Equal(401, (await stranger.RequestAsync("DESCRIBE", host.Url)).Status);
    }

    [Fact]
    public async Task Start_RulesWithADefect_IsRefusedWithItsSentence()
    {
        using ScriptedCamera camera = new();

        ProxyStartException refused = await Assert.ThrowsAsync<ProxyStartException>(
            () => ProxyHost.StartAsync(camera, change: static o => o with { Access = s_rules with { Anonymous = ["ghost"] } }));

        Assert.Contains("\"ghost\"", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<RtspTestClient> WatchAsync(ProxyHost host, string user)
    {
        RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse setup = await LogIns.RequestAsync(client, "SETUP", host.Url + "/track1", user, null, PlayDialogue.Interleaved(0));
        Assert.Equal(200, setup.Status);
        Assert.Equal(200, (await LogIns.RequestAsync(client, "PLAY", host.Url, user, null, "Session: " + setup.Session)).Status);
        return client;
    }

    private static bool Has(byte[] compound, string text) => compound.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(text)) >= 0;
}
