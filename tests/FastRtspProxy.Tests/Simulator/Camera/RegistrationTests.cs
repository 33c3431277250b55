using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.Simulator.Camera;
using FastRtspProxy.Tests.Simulator.Dialogue;

namespace FastRtspProxy.Tests.Simulator.Camera;

public sealed class RegistrationTests
{
    private const string Url = "rtsp://192.0.2.9:554/cam";

    [Theory]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", "200 OK")]
    [InlineData("RTSP/1.0 451 Invalid parameter\r\nCSeq: 1\r\n\r\n", "451 Invalid parameter")]
    [InlineData("what is this\r\n", "no RTSP answer")]
    [InlineData(null, "connection closed without an answer")]
    public async Task Send_TheProxysAnswer_IsInTheLine(string? answer, string outcome)
    {
        using DialoguePeer proxy = new(tls: false);

        Task<string> line = Registration.SendAsync(Run(proxy.Port), Url, CancellationToken.None);
        await proxy.AcceptAsync();
        string request = await proxy.ReadRequestAsync();
        if (answer is null)
        {
            proxy.Close();
        }
        else
        {
            await proxy.WriteAsync(answer);
        }

        Assert.StartsWith($"REGISTER {Url} RTSP/1.0\r\nCSeq: 1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("Transport: preferred_delivery_protocol=udp\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", request, StringComparison.Ordinal);
        Assert.Equal($"REGISTER of {Url} with 127.0.0.1:{proxy.Port}: {outcome}", await line);
    }

    [Fact]
    public async Task Send_AProxyThatWantsCredentials_GetsThem()
    {
        using DialoguePeer proxy = new(tls: false);

        Task<string> line = Registration.SendAsync(Run(proxy.Port) with { RegisterCredentials = ("guard", "secret") }, Url, CancellationToken.None);
        await proxy.AcceptAsync();
        await proxy.ReadRequestAsync();
        await proxy.WriteAsync("RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n\r\n");
        string second = await proxy.ReadRequestAsync();
        await proxy.WriteAsync("RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n");

        Assert.Contains("Authorization: Digest username=\"guard\"", second, StringComparison.Ordinal);
        Assert.EndsWith(": 200 OK", await line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_NobodyListens_SaysThatTheProxyCannotBeReached()
    {
        int port;
        using (DialoguePeer proxy = new(tls: false))
        {
            port = proxy.Port;
        }

        string line = await Registration.SendAsync(Run(port), Url, CancellationToken.None);

        Assert.StartsWith($"REGISTER of {Url}: 127.0.0.1:{port} cannot be reached: ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_TheUserEndsTheProgramMeanwhile_SaysSo()
    {
        using DialoguePeer proxy = new(tls: false);
        using CancellationTokenSource cancel = new();

        Task<string> line = Registration.SendAsync(Run(proxy.Port), Url, cancel.Token);
        await proxy.AcceptAsync();
        await proxy.ReadRequestAsync();
        await cancel.CancelAsync();

        Assert.Equal($"REGISTER of {Url}: interrupted", await line);
    }

    private static CameraRun Run(int port) =>
        new() { Camera = new SimulatedCameraOptions { Streams = [] }, RegisterHost = "127.0.0.1", RegisterPort = port };
}
