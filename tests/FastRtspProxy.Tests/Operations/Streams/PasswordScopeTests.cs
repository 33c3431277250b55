using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Streams;

namespace FastRtspProxy.Tests.Operations.Streams;

/// <summary>Where a password may go on to be sent that the one who changes the stream has not said.</summary>
public sealed class PasswordScopeTests
{
    [Theory]
    // The same place, spelled otherwise.
    [InlineData("rtsp://camera/a", "rtsp://camera/b?x=1", true)]
    [InlineData("rtsp://camera/a", "rtsp://CAMERA/a", true)]
    [InlineData("rtsp://camera/a", "RTSP://camera./a", true)]
    [InlineData("rtsp://camera/a", "rtsp://camera:554/a", true)]
    [InlineData("rtsps://camera/a", "rtsps://camera:322/a", true)]
    [InlineData("rtsp://camera:8554/a", "rtsp://camera:08554/a", true)]
    [InlineData("rtsp://10.0.0.1/a", "rtsp://[::ffff:10.0.0.1]/a", true)]
    [InlineData("rtsp://[2001:db8::1]/a", "rtsp://[2001:DB8:0:0:0:0:0:1]:554/a", true)]
    [InlineData("rtsp://[2001:db8::1]/a", "rtsp://[2001:db8::1]/b", true)]
    [InlineData("rtsp://camera/ch/${1}", "rtsp://camera/other/${1}", true)]
    // Another place.
    [InlineData("rtsp://camera/a", "rtsp://evil/a", false)]
    [InlineData("rtsp://camera/a", "rtsps://camera/a", false)]
    [InlineData("rtsps://camera/a", "rtsp://camera/a", false)]
    [InlineData("rtsps://camera:554/a", "rtsp://camera/a", false)]
    [InlineData("rtsp://camera/a", "rtsp://camera:555/a", false)]
    [InlineData("rtsp://camera/a", "rtsp://camera.evil/a", false)]
    [InlineData("rtsp://camera/a", "rtsp://camera../a", false)]
    [InlineData("rtsp://camera/a", "rtsp://10.0.0.1/a", false)]
    [InlineData("rtsp://10.0.0.1/a", "rtsp://10.0.0.10/a", false)]
    [InlineData("rtsp://[2001:db8::1]/a", "rtsp://[2001:db8::2]/a", false)]
    [InlineData("rtsp://[fe80::1%251]/a", "rtsp://[fe80::1%252]/a", false)]
    [InlineData("rtsp://localhost/a", "rtsp://127.0.0.1/a", false)]
    // What one reader takes for the host and another one for the password.
    [InlineData("rtsp://camera/a", "rtsp://camera@evil/a", false)]
    [InlineData("rtsp://camera/a", "rtsp://camera:554@evil/a", false)]
    [InlineData("rtsp://camera/a", "rtsp://camera%2F@evil/a", false)]
    [InlineData("rtsp://camera/a", "rtsp://camera%40evil/a", false)]
    [InlineData("rtsp://camera/a", "rtsp://evil/@camera/a", false)]
    [InlineData("rtsp://camera/a", "rtsp://evil?@camera/a", false)]
    [InlineData("rtsp://camera/a", "rtsp://evil#@camera/a", true)] // all before the last @ is the user's: the camera is asked
    [InlineData("rtsp://camera/a", "rtsp://x:y@camera/a", true)]
    [InlineData("rtsp://camera/a", "rtsp://c%61mera/a", false)]
    [InlineData("rtsp://camera/a", "rtsp://ｃamera/a", false)]
    [InlineData("rtsp://kamera/a", "rtsp://\u212Aamera/a", false)]
    [InlineData("rtsp://straße/a", "rtsp://STRASSE/a", false)]
    [InlineData("rtsp://camera/a", "http://camera/a", false)]
    [InlineData("rtsp://camera/a", "nonsense", false)]
    [InlineData("nonsense", "nonsense", false)]
    // Several: none may be new, fewer are no matter, nor is their order.
    [InlineData("rtsp://a/1 rtsp://b/1", "rtsp://b/2 rtsp://a/2", true)]
    [InlineData("rtsp://a/1 rtsp://b/1", "rtsp://b/2", true)]
    [InlineData("rtsp://a/1", "rtsp://a/1 rtsp://evil/1", false)]
    [InlineData("rtsp://a/1 rtsp://b/1", "rtsp://a/1 rtsp://c/1", false)]
    [InlineData("rtsp://a/1", "", false)]
    public void Between_OtherSource_KeepsSecretsAtTheSamePlaceOnly(string old, string next, bool keeps)
    {
        PasswordScope scope = PasswordScope.Between(Of(old), Of(next));

        Assert.Equal((keeps, keeps), (scope.KeepsSecrets, scope.KeepsTrust));
    }

    [Theory]
    [InlineData("rtsps://c/a", true, null, false, null, false)]
    [InlineData("rtsps://c/a", false, null, false, null, true)]
    [InlineData("rtsps://c/a", false, null, true, null, true)]
    [InlineData("rtsps://c/a", true, null, true, "aa", false)]
    [InlineData("rtsps://c/a", true, "aa", true, "bb", false)]
    [InlineData("rtsps://c/a", true, "aa", true, null, false)]
    [InlineData("rtsps://c/a", true, "aa", true, "aa", true)]
    [InlineData("rtsp://c/a", true, null, false, null, true)] // no certificate is shown there
    public void Between_OtherTrust_KeepsSecretsWhereItIsNotLooser(
        string source, bool verified, string? print, bool verifies, string? nextPrint, bool keeps)
    {
        StreamConfig old = Of(source) with { Tls = new CameraTlsConfig { Verify = verified, Fingerprint = print } };
        StreamConfig next = Of(source) with { Tls = new CameraTlsConfig { Verify = verifies, Fingerprint = nextPrint } };

        Assert.Equal(new PasswordScope(keeps, true), PasswordScope.Between(old, next));
    }

    [Theory]
    [InlineData("Auto", null, "Tcp", null, true)]
    [InlineData("Auto", null, "Auto", 9999, true)] // it is of no use there
    [InlineData("Auto", null, "Http", null, false)]
    [InlineData("Http", null, "Http", 80, true)]
    [InlineData("Http", 80, "Http", 9999, false)]
    public void Between_OtherWay_KeepsSecretsAtTheSamePortOnly(string way, int? port, string nextWay, int? nextPort, bool keeps)
    {
        StreamConfig old = Of("rtsp://c/a") with { Transport = Enum.Parse<CameraWay>(way), TunnelPort = port };

        Assert.Equal(
            keeps, PasswordScope.Between(old, old with { Transport = Enum.Parse<CameraWay>(nextWay), TunnelPort = nextPort }).KeepsSecrets);
    }

    [Theory]
    [InlineData("own", "own", true)]
    [InlineData("stream", "own", true)] // it need not hear the stream's any more
    [InlineData("own", "stream", false)] // it would hear the stream's, and has not before
    public void Between_SourceWithALogInOfItsOwn_DoesNotHearThatOfTheStream(string old, string next, bool keeps) =>
        Assert.Equal(keeps, PasswordScope.Between(WithLogIn(old), WithLogIn(next)).KeepsSecrets);

    [Fact]
    public void Between_SourceThatIsCheckedLess_KeepsNoSecrets()
    {
        StreamConfig old = Of("rtsps://a/1 rtsps://b/1");
        StreamConfig next = old with { Sources = [old.Sources[0], old.Sources[1] with { Tls = new SourceTlsConfig { Verify = false } }] };

        Assert.Equal(new PasswordScope(false, true), PasswordScope.Between(old, next));
        Assert.Equal(new PasswordScope(true, true), PasswordScope.Between(next, old));
    }

    private static StreamConfig WithLogIn(string whose)
    {
        SourceConfig backup = new() { Url = "rtsp://b/1", UserName = whose == "own" ? "v" : null };
        return Of("rtsp://a/1") with { UserName = "u", Password = new Secret("p"), Sources = ["rtsp://a/1", backup] };
    }

    private static StreamConfig Of(string sources) => new() { Sources = [.. sources.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static url => (SourceConfig)url)] };
}
