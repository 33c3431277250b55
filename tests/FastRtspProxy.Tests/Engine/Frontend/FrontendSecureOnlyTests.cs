using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.TestPeers;
using static FastRtspProxy.Tests.Engine.Frontend.PlayDialogue;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>A stream for those who come by TLS (allow.secureOnly), over real connections.</summary>
public sealed class FrontendSecureOnlyTests
{
    [Fact]
    public async Task Request_InTheClear_Answers403AndByTls200()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(With(secureOnly: true), isSecure: true);
        using RtspTestClient open = await RtspTestClient.ConnectAsync(host.Frontend.Listeners.RtspPort);
        string url = OpenUrl(host);
        Assert.Equal(403, (await open.RequestAsync("DESCRIBE", url)).Status);
        Assert.Equal(403, (await open.RequestAsync("SETUP", url + "/track1", Interleaved(0))).Status);
        Assert.Equal(2, host.Frontend.Counters.AccessRefused);

        using RtspTestClient secure = await host.ConnectAsync();
        Assert.Equal(200, (await secure.RequestAsync("DESCRIBE", host.Url)).Status);
        await PlayAsync(secure, host.Url);
        Assert.Equal(1, host.Mount.ClientCount);
    }

    /// <summary>Rules that come while somebody watches: who came in the clear goes, who came by TLS stays.</summary>
    [Fact]
    public async Task Rules_ThatBecomeStricter_EndTheSessionsInTheClearOnly()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(With(secureOnly: false), isSecure: true);
        using RtspTestClient open = await RtspTestClient.ConnectAsync(host.Frontend.Listeners.RtspPort);
        using RtspTestClient secure = await host.ConnectAsync();
        await PlayAsync(open, OpenUrl(host));
        await PlayAsync(secure, host.Url);
        Assert.Equal(2, host.Mount.ClientCount);

        host.Frontend.ChangeAccess(Rules(secureOnly: true));
        await Until.TrueAsync(() => host.Mount.ClientCount == 1);
        await host.SettleAsync();
        Assert.Equal(1, host.Mount.ClientCount);
        Assert.Equal(200, (await secure.RequestAsync("DESCRIBE", host.Url)).Status);
    }

    private static string OpenUrl(FrontendHost host) => $"rtsp://127.0.0.1:{host.Frontend.Listeners.RtspPort}/cam";

    private static async Task PlayAsync(RtspTestClient client, string url)
    {
        RtspTestResponse response = await client.RequestAsync("SETUP", url + "/track1", Interleaved(0));
        Assert.Equal(200, response.Status);
        Assert.Equal(200, (await client.RequestAsync("PLAY", url, "Session: " + response.Session)).Status);
    }

    private static Func<ProxyOptions, ProxyOptions> With(bool secureOnly) => options => options with { Access = Rules(secureOnly) };

    private static AccessRules Rules(bool secureOnly)
    {
        Assert.True(StreamPattern.TryParse("cam", out StreamPattern? cam, out _));
        return new AccessRules
        {
            Roles = [new AccessRole("all", AccessRights.Read)],
            Anonymous = ["all"],
            Streams = [new StreamAccess(cam) { SecureOnly = secureOnly }],
        };
    }
}
