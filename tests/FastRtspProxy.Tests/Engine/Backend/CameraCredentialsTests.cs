using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>The policy alone: which host is the one that the user named, and what any other may get.</summary>
public sealed class CameraCredentialsTests
{
    private static readonly Credentials s_given = new("admin", "secret");

    [Theory]
    [InlineData("camera.lan", "rtsp://camera.lan/x", true)]
    [InlineData("camera.lan", "rtsp://CAMERA.Lan:8554/x", true)]
    [InlineData("camera.lan", "rtsp://camera.lan./x", true)]
    [InlineData("camera.lan.", "rtsp://camera.lan/x", true)]
    [InlineData("camera.lan", "rtsps://camera.lan/x", true)]
    [InlineData("camera.lan", "rtsp://192.0.2.7/x", true)]
    [InlineData("camera.lan", "rtsp://192.0.2.7:9999/x", true)]
    [InlineData("camera.lan", "rtsp://[::ffff:192.0.2.7]/x", true)]
    [InlineData("camera.lan", "rtsp://192.0.2.8/x", false)]
    [InlineData("camera.lan", "rtsp://camera.lan.evil.example/x", false)]
    [InlineData("camera.lan", "rtsp://evil.example/camera.lan", false)]
    [InlineData("camera.lan", "rtsp://camera/x", false)]
    [InlineData("192.0.2.7", "rtsp://192.0.2.7/y", true)]
    [InlineData("192.0.2.7", "rtsp://192.0.2.70/y", false)]
    [InlineData("2001:db8::1", "rtsp://[2001:DB8:0:0::1]/y", true)]
    [InlineData("2001:db8::1", "rtsp://[2001:db8::2]/y", false)]
    public void ClientFor_AHost_IsToldThePasswordWhenTheUserNamedIt(string named, string target, bool isNamed)
    {
        CameraCredentials credentials = new(s_given, named);
        credentials.OnConnected(named, IPAddress.TryParse(named, out IPAddress? literal) ? literal : IPAddress.Parse("192.0.2.7"));

        AuthClient client = credentials.ClientFor(Url(target))!;

        Assert.Equal(isNamed, client.Accept(["Basic realm=\"x\""]));
        Assert.Equal(!isNamed, client.HasWithheldPassword);
        Assert.True(client.Accept(["Digest realm=\"x\", nonce=\"n\""]));
        Assert.StartsWith("Digest username=\"admin\"", client.Authorization("DESCRIBE", target), StringComparison.Ordinal);
    }

    [Fact]
    public void OnConnected_HostThatARedirectNamed_DoesNotBecomeTheUsers()
    {
        CameraCredentials credentials = new(s_given, "camera.lan");
        credentials.OnConnected("evil.example", IPAddress.Parse("198.51.100.1"));

        Assert.False(credentials.IsNamed("198.51.100.1"));
        Assert.False(credentials.IsNamed("evil.example"));
    }

    [Fact]
    public void OnConnected_NameHasAnotherAddressByNow_TheOldOneIsNobodys()
    {
        CameraCredentials credentials = new(s_given, "camera.lan");
        credentials.OnConnected("camera.lan", IPAddress.Parse("192.0.2.7"));
        credentials.OnConnected("camera.lan", IPAddress.Parse("192.0.2.9"));

        Assert.False(credentials.IsNamed("192.0.2.7"));
        Assert.True(credentials.IsNamed("192.0.2.9"));
    }

    [Fact]
    public void ClientFor_CredentialsOfTheTarget_BelongToItAlone()
    {
        CameraCredentials credentials = new(s_given, "camera.lan");

        AuthClient own = credentials.ClientFor(Url("rtsp://other:word@nvr.lan/x"))!;
        Assert.True(own.Accept(["Basic realm=\"x\""]));
        Assert.Equal("Basic " + Convert.ToBase64String("other:word"u8), own.Authorization("DESCRIBE", "x"));
        AuthClient next = credentials.ClientFor(Url("rtsp://third.lan/x"))!;
        Assert.False(next.Accept(["Basic realm=\"x\""]));
        Assert.True(next.Accept(["Digest realm=\"x\", nonce=\"n\""]));
        Assert.Contains("username=\"admin\"", next.Authorization("DESCRIBE", "x"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.7", "198.51.100.1", false)]
    [InlineData("camera.lan", "198.51.100.1", false)]
    public void ClientFor_ConnectionThatCameToUs_IsNamedByItsAddressAlone(string host, string peer, bool isNamed) =>
        Assert.Equal(isNamed, new CameraCredentials(s_given, host).ClientFor(Url($"rtsp://{host}/x"), IPAddress.Parse(peer))!.AllowsBasic);

    [Theory]
    [InlineData("rtsps://192.0.2.7/x")]
    [InlineData("rtsps://own:word@192.0.2.7/x")]
    public void ClientFor_ConnectionThatCameToUsForATlsUrl_IsNotToldThePasswordInClear(string url) =>
        Assert.False(new CameraCredentials(s_given, "192.0.2.7").ClientFor(Url(url), IPAddress.Parse("192.0.2.7"))!.AllowsBasic);

    [Fact]
    public void ClientFor_DigestOnly_TellsNobodyThePassword() =>
        Assert.False(new CameraCredentials(s_given, "camera.lan", digestOnly: true).ClientFor(Url("rtsp://camera.lan/x"))!.Accept(["Basic realm=\"x\""]));

    [Fact]
    public void ClientFor_NothingGiven_AnswersNothing() => Assert.Null(new CameraCredentials(null, "camera.lan").ClientFor(Url("rtsp://camera.lan/x")));

    private static RtspUrl Url(string text)
    {
        Assert.True(RtspUrl.TryParse(text, out RtspUrl? url, out string? error), error);
        return url;
    }
}
