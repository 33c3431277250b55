using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The keys of <c>limits</c>, <c>egress</c>, <c>dscp</c> and <c>shutdown</c>.</summary>
internal static class LimitsKeys
{
    private const int Viewers = 1_000_000;

    public static ConfigShape<LimitsConfig> Limits { get; } = new(
        new LimitsConfig(),
        new ValueKey<LimitsConfig, int>("viewers", ConfigTypes.Count(1, Viewers), static c => c.Viewers, static (c, v) => c with { Viewers = v })
        {
            Text = "viewers in all",
            Option = new("--max-clients"),
        },
        new ValueKey<LimitsConfig, int?>(
            "viewersPerAddress", ConfigTypes.CountOrNull(1, Viewers), static c => c.ViewersPerAddress,
            static (c, v) => c with { ViewersPerAddress = v })
        {
            Text = "viewers from one address (IPv6: from one /64); those behind one proxy, container or NAT share one",
            DefaultWords = "a quarter of viewers",
            Option = new("--max-clients-per-address") { DefaultText = "a quarter of --max-clients" },
            Sample = "5000",
        },
        new ValueKey<LimitsConfig, int>(
            "viewersPerStream", ConfigTypes.Count(1, Viewers), static c => c.ViewersPerStream, static (c, v) => c with { ViewersPerStream = v })
        {
            Text = "viewers of one stream",
            Option = new("--max-clients-per-mount"),
        },
        new ValueKey<LimitsConfig, long?>(
            "memory", ConfigTypes.SizeOrNull(16L << 20, 1L << 40), static c => c.MemoryBytes, static (c, v) => c with { MemoryBytes = v })
        {
            Text = "the budget for media in memory, all streams together, and an eighth of it (8 to 64 MiB) for what viewers send and have not "
                + "finished, or do not take",
            DefaultWords = "a quarter of the machine's memory, 2G at most",
            Effect = ConfigEffect.Restart,
            Option = new("--memory"),
            Sample = "1G",
        },
        new ValueKey<LimitsConfig, TimeSpan>(
            "slowTimeout", ConfigTypes.Duration, static c => c.SlowTimeout, static (c, v) => c with { SlowTimeout = v })
        {
            Text = "close a viewer that takes nothing for so long (any length; one that reads too slowly is not closed, but misses pictures)",
            Option = new("--slow-timeout"),
        });

    public static ConfigShape<EgressConfig> Egress { get; } = new(
        new EgressConfig(),
        new ValueKey<EgressConfig, long?>(
            "perViewer", ConfigTypes.BitRateOrNull, static c => c.PerViewerBits, static (c, v) => c with { PerViewerBits = v })
        {
            Text = "the most that one viewer may get; a PLAY of more is refused with 453",
            DefaultWords = "no limit",
            Sample = "25",
        },
        new ValueKey<EgressConfig, long?>(
            "perStream", ConfigTypes.BitRateOrNull, static c => c.PerStreamBits, static (c, v) => c with { PerStreamBits = v })
        {
            Text = "the most that all viewers of one stream may get together",
            DefaultWords = "no limit",
            Sample = "400",
        },
        new ValueKey<EgressConfig, long?>("total", ConfigTypes.BitRateOrNull, static c => c.TotalBits, static (c, v) => c with { TotalBits = v })
        {
            Text = "the most that all viewers may get together",
            DefaultWords = "no limit",
            Sample = "900",
        });

    public static ConfigShape<DscpConfig> Dscp { get; } = new(
        new DscpConfig(),
        new ValueKey<DscpConfig, int?>("viewers", ConfigTypes.DscpOrNull, static c => c.Viewers, static (c, v) => c with { Viewers = v })
        {
            Text = "the DSCP of what is sent to viewers",
            DefaultWords = "the system's",
            Effect = ConfigEffect.Restart,
            Sample = "AF41",
        },
        new ValueKey<DscpConfig, int?>("cameras", ConfigTypes.DscpOrNull, static c => c.Cameras, static (c, v) => c with { Cameras = v })
        {
            Text = "the DSCP of what is sent to cameras whose stream says nothing else",
            DefaultWords = "the system's",
            Effect = ConfigEffect.Session,
            Sample = "CS3",
        });

    public static ConfigShape<ShutdownConfig> Shutdown { get; } = new(
        new ShutdownConfig(),
        new ValueKey<ShutdownConfig, TimeSpan>("drain", ConfigTypes.Duration, static c => c.Drain, static (c, v) => c with { Drain = v })
        {
            Text = "after SIGTERM let nobody new in for so long (503), and end then",
        });
}
