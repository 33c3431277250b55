using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class StreamChangesTests
{
    private static readonly StreamOptions s_stream = new() { Name = "cam", Url = "rtsp://h/1", Credentials = new Credentials("u", "p") };

    public static TheoryData<string, string> Changes => new()
    {
        { "nothing", "None" },
        { "url", "Camera" },
        { "password", "Camera" },
        { "no credentials", "Camera" },
        { "transport", "Camera" },
        { "tunnel port", "Camera" },
        { "tls", "Camera" },
        { "fingerprint", "Camera" },
        { "dscp", "Camera" },
        { "key frames", "Camera" },
        { "settings", "Settings" },
        { "instances", "Settings" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Between_OneThingChanged_TakesWhatItHasTo(string what, string expected)
    {
        StreamOptions changed = what switch
        {
            "url" => s_stream with { Url = "rtsp://h/2" },
            "password" => s_stream with { Credentials = new Credentials("u", "q") },
            "no credentials" => s_stream with { Credentials = null },
            "transport" => s_stream with { Transport = BackendTransport.Tcp },
            "tunnel port" => s_stream with { TunnelPort = 80 },
            "tls" => s_stream with { InsecureTls = true },
            "fingerprint" => s_stream with { TlsFingerprint = new string('a', 64) },
            "dscp" => s_stream with { Dscp = 34 },
            "key frames" => s_stream with { AsksForKeyFrames = false },
            "settings" => s_stream with { Settings = new StreamSettings() },
            "instances" => s_stream with { MaxInstances = 3 },
            _ => s_stream with { Credentials = new Credentials("u", "p") },
        };

        Assert.Equal(expected, StreamChanges.Between(s_stream, changed).ToString());
    }

    /// <summary>Whoever adds an option to a stream has to say here what its change takes.</summary>
    [Fact]
    public void Between_EveryOption_IsInTheTable() => Assert.Equal(
        ["AsksForKeyFrames", "Credentials", "Dscp", "InsecureTls", "MaxInstances", "Name", "Settings", "TlsFingerprint", "Transport", "TunnelPort", "Url"],
        typeof(StreamOptions).GetProperties().Where(static property => property.CanWrite).Select(static property => property.Name).Order());
}
