using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class StreamChangesTests
{
    private static readonly SourceOptions s_alternative = new() { Url = "rtsp://h/backup" };

    private static readonly StreamOptions s_stream = new()
    {
        Name = "cam",
        Url = "rtsp://h/1",
        Credentials = new Credentials("u", "p"),
        Alternatives = [s_alternative],
    };

    public static TheoryData<string, string> Changes => new()
    {
        { "nothing", "None" },
        { "url", "Sources" },
        { "password", "Sources" },
        { "no credentials", "Sources" },
        { "transport", "Sources" },
        { "tunnel port", "Sources" },
        { "tls", "Sources" },
        { "fingerprint", "Sources" },
        { "dscp", "Sources" },
        { "back channel", "Sources" },
        { "key frames", "Sources" },
        { "settings", "Settings" },
        { "instances", "Settings" },
        { "across sizes", "Settings" },
        { "no probe", "Settings" },
        { "another alternative", "Sources" },
        { "another best one", "Sources" },
        { "no probe of the alternative", "Settings" },
        { "other order", "Sources" },
        { "same alternatives", "None" },
        { "all others", "Camera" },
        { "replay", "Stream" },
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
            "back channel" => s_stream with { BackChannel = true },
            "key frames" => s_stream with { AsksForKeyFrames = false },
            "settings" => s_stream with { Settings = new StreamSettings() },
            "instances" => s_stream with { MaxInstances = 3 },
            "across sizes" => s_stream with { AcrossSizes = true },
            "no probe" => s_stream with { MayBeProbed = false },
            "another alternative" => s_stream with { Alternatives = [new() { Url = "rtsp://h/3" }] },
            "another best one" => s_stream with { Url = "rtsp://h/0", Alternatives = [Own(s_stream), s_alternative] },
            "no probe of the alternative" => s_stream with { Alternatives = [s_alternative with { MayBeProbed = false }] },
            "other order" => s_stream.With(s_alternative) with { Alternatives = [Own(s_stream)] },
            "same alternatives" => s_stream with { Alternatives = [s_alternative with { }] },
            "all others" => s_stream with { Url = "rtsp://h/3", Alternatives = [new() { Url = "rtsp://h/4" }] },
            "replay" => s_stream with { IsReplay = true },
            _ => s_stream with { Credentials = new Credentials("u", "p") },
        };

        Assert.Equal(expected, StreamChanges.Between(s_stream, changed).ToString());
        if (expected == "Sources" && changed.Alternatives.SequenceEqual(s_stream.Alternatives))
        {
            // Where there is no other source, the camera is another one.
            Assert.Equal("Camera", StreamChanges.Between(s_stream with { Alternatives = [] }, changed with { Alternatives = [] }).ToString());
        }
    }

    [Theory]
    [InlineData("1 2", "1 2", "0 1")]
    [InlineData("1 2", "2 1", "1 0")]
    [InlineData("1 2", "3 1", "-1 0")]
    [InlineData("1", "1 2 3", "0 -1 -1")]
    public void SourceMatch_Between_TellsWhereEachWas(string from, string to, string expected) =>
        Assert.Equal(expected, string.Join(' ', SourceMatch.Between(Of(from), Of(to))));

    private static StreamOptions Of(string urls)
    {
        SourceOptions[] sources = [.. urls.Split(' ').Select(static url => new SourceOptions { Url = "rtsp://h/" + url })];
        return new StreamOptions { Name = "cam", Url = "" }.With(sources[0]) with { Alternatives = [.. sources.Skip(1)] };
    }

    private static SourceOptions Own(StreamOptions stream) => stream.Sources[0];

    /// <summary>Whoever adds an option to a stream has to say here what its change takes.</summary>
    [Fact]
    public void Between_EveryOption_IsInTheTable() => Assert.Equal(
        ["AcrossSizes", "Alternatives", "AsksForKeyFrames", "BackChannel", "Credentials", "Dscp", "InsecureTls", "IsReplay", "MaxInstances", "MayBeProbed", "Name", "Settings", "StopsWhenAlone", "TlsFingerprint", "Transport", "TunnelPort", "Url"],
        typeof(StreamOptions).GetProperties().Where(static property => property.CanWrite).Select(static property => property.Name).Order());
}
