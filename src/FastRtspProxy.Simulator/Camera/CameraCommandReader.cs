#pragma warning disable RS0030 // the command line is read before there is a socket
using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Srtp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.SimulatedCamera.Media;
using FastRtspProxy.SimulatedCamera.Personalities;
using FastRtspProxy.SimulatedCamera.Talk;
using FastRtspProxy.Simulator.Load;

namespace FastRtspProxy.Simulator.Camera;

/// <summary>Checks the options of `rtspsim camera` and makes a camera of them. Every refusal names the option and what it takes.</summary>
internal static class CameraCommandReader
{
    /// <summary>Streams in one process: each has its own encoder; ten times what a two-core machine serves at the default rate.</summary>
    private const int StreamsMax = 10_000;

    public static bool TryRead(
        ParseResult result, CameraCommandOptions given, [NotNullWhen(true)] out CameraRun? run, [NotNullWhen(false)] out string? error)
    {
        run = null;
        if (!TryPersonality(result.GetValue(given.Personality)!, out SimulatedCameraPersonality personality, out error)
            || !TryStreams(result, given, personality, out List<SimulatedCameraStreamOptions>? streams, out error)
            || !TryAddress("--bind", result.GetValue(given.Bind)!, out IPAddress? bind, out error)
            || !FaultSchedule.TryParse(result.GetValue(given.Fail) ?? "", out FaultSchedule faults, out error)
            || !TryAuth(result.GetValue(given.Auth), out List<SimulatedCameraAuthScheme>? schemes, out error)
            || !TryPort("--port", result.GetValue(given.Port), out error)
            || !TryPort("--tls-port", result.GetValue(given.TlsPort) ?? 0, out error)
            || !TrySrtp(result.GetValue(given.Srtp), out SimulatedCameraSrtp srtp, out SrtpSuite suite, out error)
            || !TryBackChannels(result.GetValue(given.BackChannel), out List<BackChannel> back, out error)
            || !TryGroup(result.GetValue(given.Multicast), out IPAddress? group, out int groupPort, out error))
        {
            error ??= "the options do not fit together";
            return false;
        }

        (string User, string Password)? credentials = Credentials(result.GetValue(given.User));
        string[] transports = result.GetValue(given.Transports)!.Split(',', StringSplitOptions.TrimEntries);
        TimeSpan duration = default;
        if (transports.Except(["udp", "tcp"]).Any())
        {
            error = "--transports takes udp, tcp, or udp,tcp";
            return false;
        }

        if (result.GetValue(given.Duration) is { } text && !Quantity.TryDuration(text, out duration))
        {
            error = "--duration takes a time such as 90s or 5m, up to 1000h, not " + text;
            return false;
        }

        SimulatedCameraOptions camera = new()
        {
            Streams = streams,
            BindAddress = bind,
            Port = result.GetValue(given.Port),
            TlsPort = result.GetValue(given.TlsPort),
            User = credentials?.User,
            Password = credentials?.Password ?? "",
            AuthSchemes = schemes,
            Personality = personality,
            Faults = faults,
            Seed = result.GetValue(given.Seed),
            EmbedSei = !result.GetValue(given.NoSei),
            OffersUdp = transports.Contains("udp"),
            OffersTcp = transports.Contains("tcp"),
            Srtp = srtp,
            SrtpSuite = suite,
            MulticastGroup = group,
            MulticastPort = groupPort,
            Paced = result.GetValue(given.Paced),
            BackChannels = back,
            Heard = static second => Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"heard {second.Codec} {second.Hertz} Hz, {second.MissingPackets} packets missing, {second.NewSources} new sources")),
            StartsAtKeyFrame = !result.GetValue(given.AnyFrame),
        };
        run = new CameraRun
        {
            Camera = camera,
            Threads = Math.Max(0, result.GetValue(given.Threads)),
            Duration = duration > TimeSpan.Zero ? duration : null,
        };
        if (result.GetValue(given.Register) is { } register)
        {
            int at = register.LastIndexOf(':');
            if (at <= 0 || !int.TryParse(register.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
                || port is 0 or > 65535)
            {
                error = "--register takes HOST:PORT, not " + register;
                return false;
            }

            run = run with
            {
                RegisterHost = register[..at].Trim('[', ']'),
                RegisterPort = port,
                RegisterCredentials = Credentials(result.GetValue(given.RegisterUser)),
            };
        }

        return true;
    }

    /// <summary>A line for each option that was given and changes nothing beside the others.</summary>
    public static IEnumerable<string> WithoutEffect(ParseResult result, CameraCommandOptions given)
    {
        string video = result.GetValue(given.Video)!;
        Option[] ofMadeVideo = video is "clip" or "clip-h265" or "none" ? [given.Bitrate, given.Fps, given.Gop, given.Size] : [];
        foreach (Option option in ofMadeVideo.Where(one => result.GetResult(one) is { Implicit: false }))
        {
            yield return $"{option.Name} has no effect on --video {video}: it is of synthetic video, --video h264 for one";
        }

        if (result.GetValue(given.Auth) is not null && result.GetValue(given.User) is null)
        {
            yield return "--auth has no effect without --user: nobody is asked for credentials";
        }
    }

    private static bool TrySrtp(string? text, out SimulatedCameraSrtp srtp, out SrtpSuite suite, [NotNullWhen(false)] out string? error)
    {
        (string way, string name) = text?.Split(',', 2) is [var first, var second] ? (first, second) : (text ?? "none", "");
        bool isWay = Enum.TryParse(way, ignoreCase: true, out srtp) && Enum.IsDefined(srtp) && !char.IsDigit(way[0]);
        SrtpSuite? found = name.Length == 0 ? SrtpSuite.AesCm128HmacSha1Tag80 : SrtpSuite.Find(name);
        suite = found ?? SrtpSuite.AesCm128HmacSha1Tag80;
        error = !isWay ? "--srtp takes mikey, sdes or client, not " + way
            : found is null ? $"--srtp knows the suites {string.Join(", ", SrtpSuite.All.Select(static one => one.Name))}, not {name}"
            : null;
        return error is null;
    }

    /// <summary>`800k`, `4M`, `2.5M`, plain bits a second.</summary>
    internal static bool TryBitrate(string text, out long bitsPerSecond)
    {
        (double factor, int suffix) = text.Length == 0
            ? (1, 0)
            : char.ToLowerInvariant(text[^1]) switch { 'k' => (1e3, 1), 'm' => (1e6, 1), 'g' => (1e9, 1), _ => (1, 0) };
        bool understood = double.TryParse(
            text.AsSpan(0, text.Length - suffix), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
        bitsPerSecond = understood ? (long)Math.Min(number * factor, 1e12) : 0;
        return understood && bitsPerSecond is >= 1000 and <= 10_000_000_000;
    }

    private static bool TryBackChannels(string? text, out List<BackChannel> back, out string? error)
    {
        back = [];
        error = null;
        foreach (string name in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (BackChannel.Of(name) is not { } codec)
            {
                error = "--back-channel takes pcmu, pcma, or pcmu,pcma, not " + text;
                return false;
            }

            back.Add(codec);
        }

        return true;
    }

    private static (string User, string Password)? Credentials(string? text)
    {
        int colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return text is null ? null : colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
    }

    private static bool TryPersonality(string name, out SimulatedCameraPersonality personality, out string? error)
    {
        if (!File.Exists(name))
        {
            return SimulatedCameraPersonality.TryLoad(name, out personality, out error);
        }

        using FileStream file = File.OpenRead(name);
        return SimulatedCameraPersonality.TryRead(file, name, out personality, out error);
    }

    private static bool TryStreams(
        ParseResult result, CameraCommandOptions given, SimulatedCameraPersonality personality,
        [NotNullWhen(true)] out List<SimulatedCameraStreamOptions>? streams, out string? error)
    {
        streams = null;
        int count = result.GetValue(given.Streams);
        if (count is < 1 or > StreamsMax)
        {
            error = string.Create(CultureInfo.InvariantCulture, $"--streams takes 1 to {StreamsMax}");
            return false;
        }

        if (!TryVideo(result, given, out SyntheticVideo? video, out error))
        {
            return false;
        }

        string path = result.GetValue(given.Path)?.TrimStart('/') ?? personality.Path;
        path = count > 1 && !path.Contains("{0", StringComparison.Ordinal) ? path + "{0}" : path;
        List<SimulatedCameraStreamOptions> made = [];
        try
        {
            for (int i = 0; i < count; i++)
            {
                if (!TryTracks(
                    result, given, video with { Seed = (ulong)i }, made.Count > 0 ? made[0].Tracks : null, out List<MediaTrack> tracks, out error))
                {
                    return false;
                }

                made.Add(
                    new SimulatedCameraStreamOptions(string.Format(CultureInfo.InvariantCulture, path, i + 1), tracks) { H265Clip = H265Clip.Bytes });
            }
        }
        catch (FormatException)
        {
            error = "--path takes a path with at most {0} in it, not " + path;
            return false;
        }

        streams = made;
        return true;
    }

    // Clips are the same for all streams and are held in memory once; synthetic streams differ by their seed.
    private static bool TryTracks(
        ParseResult result, CameraCommandOptions given, SyntheticVideo video, IReadOnlyList<MediaTrack>? first, out List<MediaTrack> tracks,
        out string? error)
    {
        tracks = [];
        string videoKind = result.GetValue(given.Video)!;
        string audioKind = result.GetValue(given.Audio)!;
        error = null;
        switch (videoKind)
        {
            case "clip" or "clip-h265":
                tracks.Add(first?[0] ?? (videoKind == "clip" ? DemoClip.H264() : H265Clip.Track()));
                break;
            case "h264":
                tracks.Add(new SyntheticH264Track(video));
                break;
            case "h265":
                tracks.Add(new SyntheticH265Track(video, H265Clip.Bytes));
                break;
            case "mjpeg" when video.WidthPixels <= 2040 && video.HeightPixels <= 2040:
                tracks.Add(new MjpegTrack(video));
                break;
            case "mjpeg":
                error = "--size: MJPEG over RTP has pictures of at most 2040x2040";
                return false;
            case "opaque":
                tracks.Add(new OpaqueTrack(video));
                break;
            case "vp9" or "av1" or "mpeg4" or "mpeg2" or "ts" or "jpeg2000":
                tracks.Add(new MarkedVideoTrack(CodecOf(videoKind), video));
                break;
            case "none":
                break;
            default:
                error = "--video takes clip, clip-h265, h264, h265, mjpeg, vp9, av1, mpeg4, mpeg2, ts, jpeg2000, opaque or none, not " + videoKind;
                return false;
        }

        switch (audioKind)
        {
            case "clip":
                tracks.Add(first?[tracks.Count] ?? DemoClip.Aac());
                break;
            case "pcmu":
                tracks.Add(new PcmuTrack());
                break;
            case "none":
                break;
            default:
                error = "--audio takes clip, pcmu or none, not " + audioKind;
                return false;
        }

        if (result.GetValue(given.Metadata))
        {
            tracks.Add(new OnvifMetadataTrack());
        }

        error = tracks.Count == 0 ? "a stream without any track: give --video, --audio or --metadata" : null;
        return error is null;
    }

    private static MediaCodec CodecOf(string kind) => kind switch
    {
        "vp9" => MediaCodec.Vp9,
        "av1" => MediaCodec.Av1,
        "mpeg4" => MediaCodec.Mpeg4Video,
        "mpeg2" => MediaCodec.MpegVideo,
        "ts" => MediaCodec.Mpeg2Ts,
        _ => MediaCodec.Jpeg2000,
    };

    private static bool TryVideo(ParseResult result, CameraCommandOptions given, [NotNullWhen(true)] out SyntheticVideo? video, out string? error)
    {
        video = null;
        error = null;
        string[] size = result.GetValue(given.Size)!.Split('x');
        int fps = result.GetValue(given.Fps);
        int gop = result.GetValue(given.Gop);
        if (!TryBitrate(result.GetValue(given.Bitrate)!, out long bitrate))
        {
            error = "--bitrate takes bits a second such as 800k or 4M, not " + result.GetValue(given.Bitrate);
        }
        else if (fps is < 1 or > 240 || gop is < 1 or > 10_000)
        {
            error = "--fps takes 1 to 240, --gop 1 to 10000";
        }
        else if (size.Length != 2 || !TryPixels(size[0], out int width) || !TryPixels(size[1], out int height))
        {
            error = "--size takes WIDTHxHEIGHT, even numbers from 16 to 8192, not " + result.GetValue(given.Size);
        }
        else
        {
            video = new SyntheticVideo
            {
                BitsPerSecond = bitrate,
                FramesPerSecond = fps,
                GopFrames = gop,
                WidthPixels = width,
                HeightPixels = height,
            };
        }

        return video is not null;
    }

    private static bool TryPixels(string text, out int pixels) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out pixels) && pixels is >= 16 and <= 8192 && (pixels & 1) == 0;

    internal static bool TryPort(string option, int port, out string? error)
    {
        error = port is >= 0 and <= 65535 ? null : option + " takes 0 to 65535";
        return error is null;
    }

    internal static bool TryAddress(string option, string text, [NotNullWhen(true)] out IPAddress? address, out string? error)
    {
        error = IPAddress.TryParse(text, out address) ? null : option + " takes an IP address, not " + text;
        return address is not null;
    }

    private static bool TryGroup(string? text, out IPAddress? group, out int port, out string? error)
    {
        group = null;
        port = 5004;
        error = null;
        if (text is null)
        {
            return true;
        }

        int colon = text.LastIndexOf(':');
        string address = colon < 0 ? text : text[..colon];
        bool understood = IPAddress.TryParse(address, out group) && group.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            && group.GetAddressBytes()[0] is >= 224 and < 240
            && (colon < 0
                || (int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
                    && (port & 1) == 0 && port is > 0 and < 65000));
        error = understood ? null : "--multicast takes an IPv4 group and an even port such as 239.1.2.3:5004, not " + text;
        return understood;
    }

    private static bool TryAuth(string? text, [NotNullWhen(true)] out List<SimulatedCameraAuthScheme>? schemes, out string? error)
    {
        schemes = [];
        error = null;
        foreach (string name in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            SimulatedCameraAuthScheme? scheme = name switch
            {
                "basic" => SimulatedCameraAuthScheme.Basic,
                "digest" => SimulatedCameraAuthScheme.DigestLegacy,
                "digest-md5" => SimulatedCameraAuthScheme.DigestMd5,
                "digest-md5-sess" => SimulatedCameraAuthScheme.DigestMd5Sess,
                "digest-sha256" => SimulatedCameraAuthScheme.DigestSha256,
                "digest-sha256-sess" => SimulatedCameraAuthScheme.DigestSha256Sess,
                "digest-sha512-256" => SimulatedCameraAuthScheme.DigestSha512T256,
                _ => null,
            };
            if (scheme is null)
            {
                error = "--auth does not know " + name + " (see --help)";
                return false;
            }

            schemes.Add(scheme.Value);
        }

        return true;
    }
}
