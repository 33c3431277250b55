using System.CommandLine;

namespace FastRtspProxy.Simulator.Load;

/// <summary>The options of `rtspsim load`.</summary>
internal sealed class LoadCommandOptions
{
    public Argument<string[]> Urls { get; } = new("URL")
    {
        Description = "rtsp://[user:password@]host[:port]/path, or rtsps://… with --transport tcp; several: clients take them in turn. @FILE reads "
            + "one a line.",
        Arity = ArgumentArity.OneOrMore,
    };

    public Option<int> Clients { get; } = new("--clients", "-n")
    {
        HelpName = "N",
        Description = "How many clients play at the same time.",
        DefaultValueFactory = _ => 1,
    };

    public Option<string> Transport { get; } = new("--transport", "-t")
    {
        HelpName = "LIST",
        CompletionSources = { (string[])["udp", "tcp", "http", "multicast", "mix"] },
        Description = "udp, tcp, http (tunnel), multicast (all listen by one socket a loop), a list of them, or mix (the first three); clients "
            + "take them in turn.",
        DefaultValueFactory = _ => "udp",
    };

    public Option<string> Ramp { get; } = new("--ramp")
    {
        HelpName = "RATE",
        Description = "New clients a second: 500/s; 0: all at once.",
        DefaultValueFactory = _ => "100/s",
    };

    public Option<string> Duration { get; } = new("--duration", "-d")
    {
        HelpName = "DURATION",
        Description = "How long to go on after the last client was started: 90s, 5m, 12h.",
        DefaultValueFactory = _ => "10s",
    };

    public Option<string?> Churn { get; } = new("--churn")
    {
        HelpName = "RATE",
        Description = "So many clients leave and are replaced each second: 50/s.",
    };

    public Option<string?> Vanish { get; } = new("--vanish")
    {
        HelpName = "PERCENT",
        Description = "Of the clients that leave, so many do it without TEARDOWN: 20%. Their kernel resets the connection, as after a crash; a "
            + "pulled cable, where nothing comes any more, not even that, needs a firewall rule of the administrator's.",
    };

    public Option<string?> Slow { get; } = new("--slow")
    {
        HelpName = "PERCENT",
        Description = "So many clients read 64 KiB a second only: 5%. Counted apart.",
    };

    public Option<string?> Stopped { get; } = new("--stopped")
    {
        HelpName = "PERCENT",
        Description = "So many clients stop reading after their first packet: 10%. Counted apart.",
    };

    public Option<string> Tracks { get; } = new("--tracks")
    {
        HelpName = "LIST",
        CompletionSources = { (string[])["all", "video", "audio", "application", "text"] },
        Description = "What is set up: all, video, audio, application, text, or numbers from 1, separated by commas.",
        DefaultValueFactory = _ => "all",
    };

    public Option<int?> Talk { get; } = new("--talk")
    {
        HelpName = "HERTZ",
        Description = "Two-way audio (ONVIF): each client asks for the back channel and sends a tone of that frequency (100 to 3000) by the first of "
            + "PCMU or PCMA; `rtspsim camera --back-channel` says what arrives. A server lets one talk at a time.",
    };

    public Option<bool> Verify { get; } = new("--verify")
    {
        Description = "Compare every access unit with the checksum that `rtspsim camera` puts into it; one that differs fails the run.",
    };

    public Option<string?> Json { get; } = new("--json")
    {
        HelpName = "FILE",
        Description = "Write the report into this file, as JSON.",
    };

    public Option<string?> Html { get; } = new("--html")
    {
        HelpName = "FILE",
        Description = "Write the report into this file, as one HTML page with plots.",
    };

    public Option<string?> MaxLoss { get; } = new("--max-loss")
    {
        HelpName = "PERCENT",
        Description = "Pass criterion: percent of the packets that may be lost: 0, 0.1%.",
    };

    public Option<string?> MaxP99 { get; } = new("--max-p99")
    {
        HelpName = "DURATION",
        Description = "Pass criterion: the 99th percentile of the frame latency: 50ms.",
    };

    public Option<int?> MinClients { get; } = new("--min-clients")
    {
        HelpName = "N",
        Description = "Pass criterion: so many clients must have played at the same time.",
    };

    public Option<string?> Local { get; } = new("--local")
    {
        HelpName = "ADDRESSES",
        Description = "The clients' addresses, separated by commas, in turn: more ports. Towards 127.0.0.0/8 that is done by itself.",
    };

    public Option<bool> Gro { get; } = new("--gro")
    {
        Description = "Take datagrams joined by the kernel (UDP_GRO): half the cost here, but players do not do it.",
    };

    public Option<int> Threads { get; } = new("--threads")
    {
        HelpName = "N",
        Description = "Event loops; 0: one for each core.",
        DefaultValueFactory = _ => 0,
    };

    public Option<string> Timeout { get; } = new("--timeout")
    {
        HelpName = "DURATION",
        Description = "For the connect, each answer, and the first packet.",
        DefaultValueFactory = _ => "10s",
    };

    public Option<bool> InsecureTls { get; } = new("--insecure-tls") { Description = "Do not check the certificates of rtsps:// servers." };

    public Option<int> WatchProcess { get; } = new("--watch-pid")
    {
        HelpName = "PID",
        Description = "Follow memory, descriptors and processor time of this process (the server, on this machine).",
    };

    public Option<bool> Plain { get; } = new("--plain") { Description = "Lines instead of the live view." };

    /// <summary>In the order of the help text.</summary>
    public IEnumerable<Option> All =>
    [
        Clients, Transport, Ramp, Duration, Churn, Vanish, Slow, Stopped, Tracks, Talk, Verify, Json, Html, MaxLoss, MaxP99, MinClients,
        Local, Gro, Threads, Timeout, InsecureTls, WatchProcess, Plain,
    ];
}
