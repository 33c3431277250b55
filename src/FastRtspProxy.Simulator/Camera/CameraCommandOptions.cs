using System.CommandLine;

namespace FastRtspProxy.Simulator.Camera;

/// <summary>The options of `rtspsim camera`.</summary>
internal sealed class CameraCommandOptions
{
    public Option<int> Streams { get; } = new("--streams")
    {
        HelpName = "N",
        Description = "How many streams are served.",
        DefaultValueFactory = _ => 1,
    };

    public Option<string?> Path { get; } = new("--path")
    {
        HelpName = "PATH",
        Description = "The streams' path; {0} is the stream's number from 1, put behind when it is missing and there are several. Default: the "
            + "personality's.",
    };

    public Option<string> Bind { get; } = new("--bind")
    {
        HelpName = "ADDRESS",
        Description = "The local address to listen on.",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    public Option<int> Port { get; } = new("--port", "-p")
    {
        HelpName = "PORT",
        Description = "The RTSP port; it takes HTTP tunnels too. 0: any free one.",
        DefaultValueFactory = _ => 8554,
    };

    public Option<int?> TlsPort { get; } = new("--tls-port")
    {
        HelpName = "PORT",
        Description = "Serve rtsps on this port as well, with a certificate signed by itself. 0: any free one.",
    };

    public Option<string> Video { get; } = new("--video")
    {
        HelpName = "KIND",
        CompletionSources =
        {
            (string[])["clip", "clip-h265", "h264", "h265", "mjpeg", "vp9", "av1", "mpeg4", "mpeg2", "ts", "jpeg2000", "opaque", "none"],
        },
        Description = "clip (H.264), clip-h265, h264, h265, mjpeg, vp9, av1, mpeg4, mpeg2, ts, jpeg2000, opaque, none. The clip is 640x360 at 25 "
            + "pictures a second; the others are made at the rate asked for. From vp9 on it is noise with the marks of the codec, which no player "
            + "shows.",
        DefaultValueFactory = _ => "clip",
    };

    public Option<string> Audio { get; } = new("--audio")
    {
        HelpName = "KIND",
        CompletionSources = { (string[])["clip", "pcmu", "none"] },
        Description = "clip (AAC), pcmu, none.",
        DefaultValueFactory = _ => "clip",
    };

    public Option<bool> Metadata { get; } = new("--metadata") { Description = "A third track with ONVIF metadata." };

    public Option<string?> BackChannel { get; } = new("--back-channel")
    {
        HelpName = "LIST",
        CompletionSources = { (string[])["pcmu", "pcma", "pcmu,pcma"] },
        Description = "Two-way audio (ONVIF): pcmu, pcma, or both, each a back channel of its own. Each second of what is heard is said in a line: "
            + "its codec, the frequency of its tone, packets that are missing, sources that began.",
    };

    public Option<string> Bitrate { get; } = new("--bitrate")
    {
        HelpName = "RATE",
        Description = "Of synthetic video, bits a second: 800k, 4M.",
        DefaultValueFactory = _ => "4M",
    };

    public Option<int> Fps { get; } = new("--fps")
    {
        HelpName = "N",
        Description = "Pictures a second of synthetic video.",
        DefaultValueFactory = _ => 25,
    };

    public Option<int> Gop { get; } = new("--gop")
    {
        HelpName = "N",
        Description = "Pictures from one key frame to the next of synthetic video.",
        DefaultValueFactory = _ => 50,
    };

    public Option<string> Size { get; } = new("--size")
    {
        HelpName = "WIDTHxHEIGHT",
        Description = "Width and height of synthetic video.",
        DefaultValueFactory = _ => "1920x1080",
    };

    public Option<bool> Paced { get; } = new("--paced")
    {
        Description = "Spread a picture's packets over its time; default: one burst, as encoders do.",
    };

    public Option<bool> AnyFrame { get; } = new("--any-frame")
    {
        Description = "A client that joins gets media at once, in the middle of a group of pictures; default: from the next key frame.",
    };

    public Option<bool> NoSei { get; } = new("--no-sei") { Description = "Leave the number, send time and checksum out of the access units." };

    public Option<string> Transports { get; } = new("--transports")
    {
        HelpName = "LIST",
        CompletionSources = { (string[])["udp", "tcp", "udp,tcp"] },
        Description = "What SETUP accepts: udp, tcp, or both.",
        DefaultValueFactory = _ => "udp,tcp",
    };

    public Option<string?> Srtp { get; } = new("--srtp")
    {
        HelpName = "WAY[,SUITE]",
        CompletionSources = { (string[])["mikey", "sdes", "client"] },
        Description = "Encrypt the media (SRTP), with keys by mikey (a=key-mgmt) or sdes (a=crypto) in the description, or the client's by KeyMgmt "
            + "in SETUP (client). The suite is AES_CM_128_HMAC_SHA1_80, or another one by its name, such as AEAD_AES_128_GCM. The keys come from "
            + "--seed.",
    };

    public Option<string?> Multicast { get; } = new("--multicast")
    {
        HelpName = "GROUP[:PORT]",
        Description = "Offer multicast: GROUP or GROUP:PORT; stream n uses the n-th address behind it.",
    };

    public Option<string?> User { get; } = new("--user", "-u")
    {
        HelpName = "USER:PASSWORD",
        Description = "Ask for credentials: USER:PASSWORD.",
    };

    public Option<string?> Auth { get; } = new("--auth")
    {
        HelpName = "LIST",
        CompletionSources =
        {
            (string[])["basic", "digest", "digest-md5", "digest-md5-sess", "digest-sha256", "digest-sha256-sess", "digest-sha512-256"],
        },
        Description = "The challenges, in order: basic, digest, digest-md5, digest-md5-sess, digest-sha256, digest-sha256-sess, digest-sha512-256. "
            + "Default: the personality's.",
    };

    public Option<string> Personality { get; } = new("--personality")
    {
        HelpName = "NAME|FILE",
        CompletionSources = { (string[])["plain", "hikvision", "dahua", "reolink"] },
        Description = "plain, hikvision, dahua, reolink, or a JSON file of the same kind.",
        DefaultValueFactory = _ => "plain",
    };

    public Option<string?> Fail { get; } = new("--fail")
    {
        HelpName = "FAULTS",
        Description = "Faults: loss=1%,reorder=2%,dup=1%,corrupt=1%,truncate=1% (or =#N: only packet N), jitter=20ms, stall=5s@30s, reboot@60s, "
            + "bye@90s, close@120s, clock-jump=10s@30s, clock-jump=-10s@30s, sdp-change@30s (to the other codec; =size, =no-audio) (…@60s/60s: "
            + "again and again), stray=1% (timestamps of single units, or =#N), sr-clock=-1h, sr-clock=random, sr-drift=1% (sender reports), "
            + "silent-describe, 401-storm, nonce-rotate, no-rtcp, busy (SETUP is 453), one-session (SETUP of a stream's second session is 453), "
            + "refuse-track=audio (SETUP of such tracks is 404; video, metadata; "
            + "=audio:461, =audio:silent), slow-answers=12s (=12s:PLAY: one method), keepalive=GET_PARAMETER (nothing else keeps a "
            + "session alive; =GET_PARAMETER:6s: its time-out), ssrc=per-gop, udp-only, rtcp-only (over UDP the media is lost), late-media=4s "
            + "(after PLAY), video-silent@10s (the other tracks flow; =5s, =session: in the sessions of that moment).",
    };

    public Option<ulong> Seed { get; } = new("--seed")
    {
        HelpName = "N",
        Description = "The same seed gives the same run.",
        DefaultValueFactory = _ => 1UL,
    };

    public Option<string?> Register { get; } = new("--register")
    {
        HelpName = "HOST:PORT",
        Description = "Send REGISTER for each stream to this proxy: HOST:PORT.",
    };

    public Option<string?> RegisterUser { get; } = new("--register-user")
    {
        HelpName = "USER:PASSWORD",
        Description = "Credentials for REGISTER: USER:PASSWORD.",
    };

    public Option<string?> Replay { get; } = new("--replay")
    {
        HelpName = "FILE",
        Description = "Be the camera of this capture (fastrtspproxy --capture): its answers in its order, its packets at their times. What was not "
            + "asked then gets the nearest answer, which is said.",
    };

    public Option<double> Speed { get; } = new("--speed")
    {
        HelpName = "N",
        Description = "With --replay: so many times as fast.",
        DefaultValueFactory = _ => 1.0,
    };

    public Option<bool> Once { get; } = new("--once")
    {
        Description = "With --replay: end as the camera did; default: begin again, with numbers that go on.",
    };

    public Option<string?> Duration { get; } = new("--duration")
    {
        HelpName = "DURATION",
        Description = "End after so long: 90s, 5m. Default: when told to.",
    };

    public Option<int> Threads { get; } = new("--threads")
    {
        HelpName = "N",
        Description = "Event loops; 0: one for each core.",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>In the order of the help text.</summary>
    public IEnumerable<Option> All =>
    [
        Streams, Path, Bind, Port, TlsPort, Video, Audio, Metadata, BackChannel, Bitrate, Fps, Gop, Size, Paced, AnyFrame, NoSei, Transports,
        Multicast, Srtp, User, Auth, Personality, Fail, Seed, Register, RegisterUser,
        Replay, Speed, Once, Duration, Threads,
    ];

    /// <summary>What a recorded camera has no use for: it has its own.</summary>
    public IEnumerable<Option> OfMadeCameras => All.Except([Bind, Port, TlsPort, Transports, Replay, Speed, Once, Duration, Threads]);
}
