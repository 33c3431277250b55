using System.CommandLine;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Media;
using FastRtspProxy.Simulator.Camera;

namespace FastRtspProxy.Tests.Simulator.Camera;

public class CameraCommandReaderTests
{
    [Fact]
    public void TryRead_NoOptions_IsTheClipOnOneStream()
    {
        Assert.True(TryRead("", out CameraRun? run, out _));
        SimulatedCameraStreamOptions stream = Assert.Single(run!.Camera.Streams);
        Assert.Equal("stream1", stream.Path);
        Assert.Equal(["H264", "MPEG4-GENERIC"], stream.Tracks.Select(track => track.EncodingName));
        Assert.Equal(8554, run.Camera.Port);
        Assert.True(run.Camera is { EmbedSei: true, OffersUdp: true, OffersTcp: true, Paced: false, StartsAtKeyFrame: true, User: null, TlsPort: null, MulticastGroup: null });
    }

    [Fact]
    public void TryRead_ManyStreams_NumbersThemAndSharesTheClip()
    {
        Assert.True(TryRead("--streams 3 --path cam --metadata", out CameraRun? run, out _));
        Assert.Equal(["cam1", "cam2", "cam3"], run!.Camera.Streams.Select(stream => stream.Path));
        Assert.Same(run.Camera.Streams[0].Tracks[0], run.Camera.Streams[2].Tracks[0]);
        Assert.Same(run.Camera.Streams[0].Tracks[1], run.Camera.Streams[2].Tracks[1]);
        Assert.Equal("vnd.onvif.metadata", run.Camera.Streams[1].Tracks[2].EncodingName);
    }

    [Fact]
    public void TryRead_AllOptions_ReachTheCamera()
    {
        Assert.True(TryRead(
            "--bind 127.0.0.2 --port 0 --tls-port 0 --video h264 --audio pcmu --bitrate 2.5M --fps 30 --gop 60 --size 1280x720 --paced --any-frame --no-sei --transports tcp "
            + "--multicast 239.1.2.3:6000 --user admin:p:w --auth digest-sha256,basic --personality dahua --fail loss=1% --seed 9 --register proxy:8554 --register-user u:v --duration 5m --threads 2",
            out CameraRun? run,
            out string? error));

        Assert.Null(error);
        SimulatedCameraOptions camera = run!.Camera;
        Assert.Equal("127.0.0.2", camera.BindAddress.ToString());
        Assert.Equal((0, 0), (camera.Port, camera.TlsPort!.Value));
        Assert.IsType<SyntheticH264Track>(camera.Streams[0].Tracks[0]);
        Assert.Equal(2500, camera.Streams[0].Tracks[0].BandwidthKilobits);
        Assert.Equal(3000, camera.Streams[0].Tracks[0].UnitTicks(1));
        Assert.IsType<PcmuTrack>(camera.Streams[0].Tracks[1]);
        Assert.True(camera is { Paced: true, StartsAtKeyFrame: false, EmbedSei: false, OffersUdp: false, OffersTcp: true, Seed: 9 });
        Assert.Equal("239.1.2.3", camera.MulticastGroup!.ToString());
        Assert.Equal(6000, camera.MulticastPort);
        Assert.Equal(("admin", "p:w"), (camera.User, camera.Password));
        Assert.Equal([SimulatedCameraAuthScheme.DigestSha256, SimulatedCameraAuthScheme.Basic], camera.AuthSchemes);
        Assert.Equal("cam/realmonitor?channel=1&subtype=0", camera.Streams[0].Path);
        Assert.True(camera.Faults.TouchesPackets);
        Assert.Equal(("proxy", 8554), (run.RegisterHost, run.RegisterPort));
        Assert.Equal(("u", "v"), run.RegisterCredentials);
        Assert.Equal(TimeSpan.FromMinutes(5), run.Duration);
        Assert.Equal(2, run.Threads);
    }

    [Theory]
    [InlineData("--streams 0", "--streams")]
    [InlineData("--video h266", "--video")]
    [InlineData("--audio mp3", "--audio")]
    [InlineData("--video none --audio none", "--video")]
    [InlineData("--bitrate fast", "--bitrate")]
    [InlineData("--fps 0", "--fps")]
    [InlineData("--size 1280", "--size")]
    [InlineData("--video mjpeg --size 3840x2160", "--size")]
    [InlineData("--transports quic", "--transports")]
    [InlineData("--multicast 10.0.0.1", "--multicast")]
    [InlineData("--multicast 239.1.2.3:5005", "--multicast")]
    [InlineData("--auth ntlm", "--auth")]
    [InlineData("--personality nobody", "nobody")]
    [InlineData("--fail dance", "dance")]
    [InlineData("--register proxy", "--register")]
    [InlineData("--duration soon", "--duration")]
    [InlineData("--duration 1001h", "--duration")]
    [InlineData("--bind here", "--bind")]
    [InlineData("--port 70000", "--port")]
    [InlineData("--path a{1}", "--path")]
    public void TryRead_WrongValue_NamesIt(string arguments, string named)
    {
        Assert.False(TryRead(arguments, out _, out string? error));
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--video h264 --bitrate 8M --fps 10 --gop 10 --size 640x360 --auth basic --user admin:pw")]
    [InlineData("--bitrate 8M --fps 10", "--bitrate has no effect on --video clip", "--fps has no effect on --video clip")]
    [InlineData("--video clip-h265 --size 640x360", "--size has no effect on --video clip-h265")]
    [InlineData("--auth digest", "--auth has no effect without --user")]
    public void WithoutEffect_WhatChangesNothing_IsSaid(string arguments, params string[] lines)
    {
        ParseResult result = Parse(arguments, out CameraCommandOptions options);

        string[] said = [.. CameraCommandReader.WithoutEffect(result, options)];

        Assert.Equal(lines.Length, said.Length);
        Assert.All(lines.Zip(said), static pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }

    private static bool TryRead(string arguments, out CameraRun? run, out string? error)
    {
        ParseResult result = Parse(arguments, out CameraCommandOptions options);
        return CameraCommandReader.TryRead(result, options, out run, out error);
    }

    private static ParseResult Parse(string arguments, out CameraCommandOptions options)
    {
        options = new CameraCommandOptions();
        Command command = new("camera");
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        ParseResult result = command.Parse(arguments);
        Assert.Empty(result.Errors);
        return result;
    }
}
