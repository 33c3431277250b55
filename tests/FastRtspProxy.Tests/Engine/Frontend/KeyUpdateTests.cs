using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Net.Tls;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Clients that update their keys inside a connection of TLS 1.3.</summary>
public sealed class KeyUpdateTests
{
    [Fact]
    public async Task Requests_BetweenUpdatesOfKeys_AreAnswered()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);

        await Task.Run(() =>
        {
            using OpenSslClient client = new(host.Port);
            for (int i = 1; i <= 20; i++)
            {
                Assert.True(client.UpdateKeys());
                Assert.StartsWith($"RTSP/1.0 200 OK\r\nCSeq: {i}\r\n", client.Ask($"OPTIONS * RTSP/1.0\r\nCSeq: {i}\r\n\r\n"), StringComparison.Ordinal);
            }
        }).WaitAsync(RtspTestClient.Limit);
    }

    /// <summary>Each asks for an answer, which OpenSSL keeps until there is something to send: they end the connection before that is much.</summary>
    [Fact]
    public async Task Updates_WithoutEnd_EndTheConnectionAndTheOthersPlayOn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        using RtspTestClient viewer = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, viewer);
        Assert.Equal(200, (await viewer.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);

        await Task.Run(() =>
        {
            using OpenSslClient client = new(host.Port);
            while (client.UpdateKeys())
            {
            }
        }).WaitAsync(RtspTestClient.Limit);

        await Until.TrueAsync(() => host.Frontend.Limits.ConnectionPlaces.Count == 1);
        await Until.TrueAsync(() => host.Frontend.Input.HeldBytesNow == 0);
        await host.Mount.EmitAsync(0);
        Assert.NotEmpty((await viewer.ReadFrameAsync()).Payload);
    }
}
