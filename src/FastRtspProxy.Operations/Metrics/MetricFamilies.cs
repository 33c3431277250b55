namespace FastRtspProxy.Operations.Metrics;

/// <summary>The families that are not of streams.</summary>
internal static class MetricFamilies
{
    private const string Prefix = "fastrtspproxy_";

    public static readonly MetricFamily BuildInfo = Gauge("build_info", "1, of this version", "version, runtime");
    public static readonly MetricFamily StartTime = Gauge("start_time_seconds", "When the proxy began to serve", unit: MetricUnit.Micros);
    public static readonly MetricFamily ReloadSuccessful =
        Gauge("config_last_reload_successful", "1 where the configuration that was read last is in force");

    public static readonly MetricFamily ReloadTime =
        Gauge("config_last_reload_timestamp_seconds", "When the configuration was last read again", unit: MetricUnit.Micros);

    public static readonly MetricFamily Reloads = Counter("config_reloads_total", "Readings of the configuration behind the first", "result");
    public static readonly MetricFamily ProcessCpu =
        ProcessCounter("process_cpu_seconds_total", "Processor time of the process, its own and the kernel's for it", unit: MetricUnit.Micros);

    public static readonly MetricFamily ProcessMemory = ProcessGauge("process_resident_memory_bytes", "Memory of the process in the machine's");
    public static readonly MetricFamily ProcessDescriptors = ProcessGauge("process_open_fds", "Descriptors that the process has open");
    public static readonly MetricFamily ProcessDescriptorsMax = ProcessGauge("process_max_fds", "Descriptors that it may have open");
    public static readonly MetricFamily ProcessStart = ProcessGauge("process_start_time_seconds", "When the process began", unit: MetricUnit.Micros);
    public static readonly MetricFamily Connections = Gauge("connections", "RTSP connections that are open", "transport");
    public static readonly MetricFamily ConnectionsTotal =
        Counter("connections_total", "RTSP connections that were taken; an HTTP tunnel counts as what it was at first, too", "transport");

    public static readonly MetricFamily ConnectionsRefused =
        Counter("connections_refused_total", "Connections that were closed before their first request", "reason");

    public static readonly MetricFamily Requests = Counter("requests_total", "RTSP requests that were answered", "method, code");
    public static readonly MetricFamily RequestsMalformed = Counter("requests_malformed_total", "What came in the place of a request");
    public static readonly MetricFamily LogInFailures =
        Counter("auth_failures_total", "Log-ins that were wrong, and viewers that the external decision refused", "by");

    public static readonly MetricFamily AccessRefused = Counter("access_refused_total", "Requests of those who may not, logged in or not");
    public static readonly MetricFamily ExternalSeconds = Histogram("auth_external_seconds", "How long the external decision takes to answer", "le");
    public static readonly MetricFamily Sessions = Gauge("sessions", "RTSP sessions, those that do not play included");
    public static readonly MetricFamily SessionsEnded = Counter("sessions_ended_total", "RTSP sessions that have ended", "reason");
    public static readonly MetricFamily Handshakes = Counter("tls_handshakes_total", "TLS handshakes with viewers", "result");
    public static readonly MetricFamily CertificateEnd =
        Gauge("tls_certificate_not_after_timestamp_seconds", "The last moment at which a certificate is valid", "name", unit: MetricUnit.Micros);

    public static readonly MetricFamily FirstPicture =
        Histogram("first_picture_seconds", "From PLAY to the first picture that goes out, the first sound where there are none", "le");

    public static readonly MetricFamily ShardBusy =
        Counter("shard_busy_seconds_total", "How long an event loop has worked", "shard", unit: MetricUnit.Micros);

    public static readonly MetricFamily ShardTurns = Counter("shard_turns_total", "Turns of an event loop", "shard");
    public static readonly MetricFamily ShardLongestTurn =
        Gauge("shard_longest_turn_seconds", "The longest turn of the last one to two minutes", "shard", unit: MetricUnit.Micros);

    public static readonly MetricFamily MemoryBudget = Gauge("memory_budget_bytes", "What media, and what clients make us hold, may take (--memory)");
    public static readonly MetricFamily MemorySlabBudget = Gauge("memory_slab_budget_bytes", "What of it media may take");
    public static readonly MetricFamily MemorySlabs = Gauge("memory_slab_bytes", "Memory of media that is in use, or waits to be", "state");
    public static readonly MetricFamily SendErrors = Counter("udp_send_errors_total", "Sends to UDP viewers that the kernel refused", "error");
    public static readonly MetricFamily OverLag = Counter("clients_over_lag_total", "How often a viewer lagged so far that it was moved forward");
    public static readonly MetricFamily HookDeliveries = Counter("hook_deliveries_total", "What came of deliveries to web hooks", "result");
    public static readonly MetricFamily HookQueue = Gauge("hook_queue_length", "Deliveries to web hooks that wait or are under way");

    public static readonly MetricFamily ClusterNodes = Gauge("cluster_nodes", "Boxes of the cluster that are there, this one included");
    public static readonly MetricFamily ClusterEngineUp = Gauge("cluster_engine_up", "1 while the cluster's engine answers this box");
    public static readonly MetricFamily ClusterLease =
        Gauge("cluster_lease_remaining_seconds", "How long the engine would keep what this box owns without hearing of it", unit: MetricUnit.Micros);

    public static readonly MetricFamily ClusterOwned = Gauge("cluster_owned_streams", "Streams whose cameras this box reads");
    public static readonly MetricFamily ClusterRelayed = Gauge("cluster_relayed_streams", "Streams that another box owns");
    public static readonly MetricFamily ClusterTakeovers =
        Counter("cluster_takeovers_total", "Streams of a box that went which this one owned next, and those of this box that another took", "result");

    public static readonly MetricFamily ClusterTakeoverSeconds =
        Histogram("cluster_takeover_seconds", "From the news that a box had lost a stream until this box owned it", "le");

    public static readonly MetricFamily ClusterFenced =
        Counter("cluster_fenced_total", "How often this box stopped reading cameras of one session, because it may have been cut off");

    public static readonly MetricFamily ClusterStrangers =
        Counter("cluster_hops_refused_total", "Requests that said they were another box's, and did not prove it");

    /// <summary>All of them in the order of the page, with those of streams in their midst.</summary>
    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        BuildInfo, StartTime, ReloadSuccessful, ReloadTime, Reloads, ProcessCpu, ProcessMemory, ProcessDescriptors, ProcessDescriptorsMax,
        ProcessStart, Connections, ConnectionsTotal, ConnectionsRefused, Requests, RequestsMalformed, LogInFailures, AccessRefused, ExternalSeconds,
        Sessions, SessionsEnded, Handshakes, CertificateEnd, .. StreamFamilies.All.Select(static family => family.Family), FirstPicture, ShardBusy,
        ShardTurns, ShardLongestTurn, MemoryBudget, MemorySlabBudget, MemorySlabs, SendErrors, OverLag, HookDeliveries, HookQueue,
        ClusterNodes, ClusterEngineUp, ClusterLease, ClusterOwned, ClusterRelayed, ClusterTakeovers, ClusterTakeoverSeconds, ClusterFenced,
        ClusterStrangers,
    ];

    /// <summary>A counter of ours.</summary>
    public static MetricFamily Counter(string name, string help, string labels = "", MetricUnit unit = MetricUnit.One) =>
        new(Prefix + name, MetricType.Counter, unit, help) { Labels = labels };

    /// <summary>A gauge of ours.</summary>
    public static MetricFamily Gauge(string name, string help, string labels = "", MetricUnit unit = MetricUnit.One) =>
        new(Prefix + name, MetricType.Gauge, unit, help) { Labels = labels };

    private static MetricFamily Histogram(string name, string help, string labels) =>
        new(Prefix + name, MetricType.Histogram, MetricUnit.Micros, help) { Labels = labels };

    /// <summary>One that each program has under the same name.</summary>
    private static MetricFamily ProcessCounter(string name, string help, MetricUnit unit = MetricUnit.One) =>
        new(name, MetricType.Counter, unit, help);

    /// <inheritdoc cref="ProcessCounter"/>
    private static MetricFamily ProcessGauge(string name, string help, MetricUnit unit = MetricUnit.One) => new(name, MetricType.Gauge, unit, help);
}
