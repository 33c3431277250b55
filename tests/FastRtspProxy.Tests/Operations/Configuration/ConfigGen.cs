using System.Net;
using CsCheck;
using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>Configurations that are right, few enough in each value that two of them often agree.</summary>
internal static class ConfigGen
{
    private static readonly Gen<int?> s_small = Gen.Int[0, 2].Select(static n => n == 0 ? (int?)null : n);

    private static readonly Gen<StreamConfig> s_stream = Gen.Select(
        Gen.Int[1, 2].Select(static n => $"u{n}"),
        Gen.Int[1, 2],
        Gen.Bool.Select(static isTcp => isTcp ? CameraWay.Tcp : CameraWay.Auto),
        s_small,
        s_small,
        Gen.Int[0, 2].Select(static way => new StartConfig { Mode = way == 0 ? StartMode.Live : StartMode.Auto, Recorders = way == 2 }),
        Gen.Bool,
        static (user, host, way, viewers, dscp, start, isLan) => new StreamConfig
        {
            Sources = [$"rtsp://192.0.2.{host}/a"],
            UserName = user,
            Password = new Secret(user),
            Transport = way,
            MaxViewers = viewers,
            Dscp = dscp,
            Start = start,
            Allow = new StreamAllowConfig { From = isLan ? [IPNetwork.Parse("10.0.0.0/8")] : [] },
        });

    private static readonly Gen<ValueList<StreamConfig>> s_streams = Gen.Select(s_stream.Array[5], Gen.Bool.Array[5], Gen.Bool, static (streams, has, isReversed) =>
    {
        IEnumerable<StreamConfig> chosen = streams.Select(
            static (stream, index) => stream with { Name = $"s{index}" }).Where((_, index) => has[index]);
        return (ValueList<StreamConfig>)[.. isReversed ? chosen.Reverse() : chosen];
    });

    public static Gen<ProxyConfig> Config { get; } = Gen.Select(
        s_streams,
        Gen.Int[1, 2],
        s_small,
        s_small,
        s_small,
        Gen.Bool,
        Gen.Int[1, 2],
        static (streams, perStream, threads, viewersDscp, camerasDscp, hasUser, port) => new ProxyConfig
        {
            Streams = streams,
            Limits = new LimitsConfig { ViewersPerStream = perStream, MemoryBytes = threads is { } n ? n << 20 : null },
            Threads = threads,
            Dscp = new DscpConfig { Viewers = viewersDscp, Cameras = camerasDscp },
            Auth = new AuthConfig { Users = hasUser ? [new UserConfig { Name = "n", Passwords = [new UserPassword(null, new Secret("p"))] }] : [] },
            Rtsp = new RtspConfig { Listen = [new ListenPoint(null, port)] },
        });
}
