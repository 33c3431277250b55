using System.Globalization;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Hooks;
using FastRtspProxy.Operations.Reload;

namespace FastRtspProxy.Operations.Metrics;

/// <summary>
/// Writes what is not of streams: before them the process and the front-end, behind them the event loops, the memory and the hooks.
/// </summary>
internal sealed class EngineFigures
{
    private static readonly string[] s_kinds = ["tcp", "tls", "http", "websocket"];

    private readonly EngineCounters _counters;
    private readonly MetricsSources _sources;
    private readonly byte[] _build = MetricLabels.Of("version", Version(), "runtime", RuntimeInformation.FrameworkDescription);
    private readonly byte[][] _connections = [.. s_kinds.Select(static kind => MetricLabels.Of("transport", kind))];
    private readonly (PlaceLimit Limit, byte[] Label)[] _refusals =
    [
        (PlaceLimit.Total, MetricLabels.Of("reason", "limit")), (PlaceLimit.Address, MetricLabels.Of("reason", "address_limit")),
        (PlaceLimit.Descriptors, MetricLabels.Of("reason", "fds")), (PlaceLimit.None, MetricLabels.Of("reason", "protocol")),
    ];

    private readonly (SessionEnd End, byte[] Label)[] _ends =
        [.. SessionEnds.All.Select(static end => (end, MetricLabels.Of("reason", SessionEnds.NameOf(end))))];

    private readonly byte[][] _shards;
    private readonly byte[][] _sendErrors = [.. Enumerable.Range(0, SendErrors.Count).Select(
        static error => MetricLabels.Of("error", SendErrors.NameOf((SendError)error)))];

    private readonly byte[][] _externalEnds;
    private readonly byte[][] _pictureEnds;

    /// <summary>Of answers that were given once, made when they are; by method and status.</summary>
    private readonly byte[]?[] _answers = new byte[FrontendCounters.Methods.Length * CodesMax][];
    private readonly DurationHistogram[] _pictures;

    private const int CodesFrom = 100;
    private const int CodesMax = 500;

    public EngineFigures(EngineCounters counters, MetricsSources sources)
    {
        _counters = counters;
        _sources = sources;
        IEnumerable<int> shards = Enumerable.Range(0, counters.ShardCount);
        _shards = [.. shards.Select(static shard => MetricLabels.Of("shard", shard.ToString(CultureInfo.InvariantCulture)))];
        _pictures = [.. shards.Select(counters.Delivery).OfType<ShardCounters>().Select(static one => one.FirstPicture)];
        _externalEnds = MetricsText.EndsOf(counters.ExternalSeconds.BoundsMicros);
        _pictureEnds = MetricsText.EndsOf(new ShardCounters().FirstPicture.BoundsMicros);
    }

    private FrontendCounters Front => _counters.Frontend;

    /// <summary>Before the streams.</summary>
    public void WriteFront(MetricsText text)
    {
        text.Begin(MetricFamilies.BuildInfo);
        text.Add(MetricFamilies.BuildInfo, _build, 1);
        One(text, MetricFamilies.StartTime, ProcessFigures.UnixMicros(_counters.Started));
        WriteReloads(text);
        One(text, MetricFamilies.ProcessCpu, ProcessFigures.CpuMicros);
        One(text, MetricFamilies.ProcessMemory, Environment.WorkingSet);
        One(text, MetricFamilies.ProcessDescriptors, ProcessFigures.Descriptors);
        One(text, MetricFamilies.ProcessDescriptorsMax, _counters.DescriptorsMax);
        One(text, MetricFamilies.ProcessStart, ProcessFigures.StartUnixMicros);
        WriteConnections(text);
        WriteRequests(text);
        WriteSessions(text);
    }

    /// <summary>Behind the streams.</summary>
    public void WriteBack(MetricsText text)
    {
        text.Begin(MetricFamilies.FirstPicture);
        text.Add(MetricFamilies.FirstPicture, _pictureEnds, _pictures);
        WriteShards(text);
        One(text, MetricFamilies.MemoryBudget, _counters.MemoryBytes);
        One(text, MetricFamilies.MemorySlabBudget, _counters.SlabBytesMax);
        text.Begin(MetricFamilies.MemorySlabs);
        text.Add(MetricFamilies.MemorySlabs, "state=\"rented\""u8, _counters.SlabBytesRented);
        text.Add(MetricFamilies.MemorySlabs, "state=\"free\""u8, _counters.SlabBytesFree);
        WriteHooks(text);
    }

    private static string Version() =>
        typeof(EngineFigures).Assembly.GetName().Version is { } version ? version.ToString(3) : "unknown";

    private static void One(MetricsText text, MetricFamily family, long value)
    {
        text.Begin(family);
        text.Add(family, value);
    }

    private void WriteReloads(MetricsText text)
    {
        if (_sources.Reloads() is not { } reloader)
        {
            return;
        }

        ReloadResult? last = reloader.Last;
        One(text, MetricFamilies.ReloadSuccessful, last is null or { IsTaken: true } ? 1 : 0);
        One(text, MetricFamilies.ReloadTime, ProcessFigures.UnixMicros(last?.At ?? _counters.Started));
        text.Begin(MetricFamilies.Reloads);
        text.Add(MetricFamilies.Reloads, "result=\"applied\""u8, reloader.TakenCount);
        text.Add(MetricFamilies.Reloads, "result=\"refused\""u8, reloader.RefusedCount);
    }

    private void WriteConnections(MetricsText text)
    {
        text.Begin(MetricFamilies.Connections);
        for (int kind = 0; kind < _connections.Length; kind++)
        {
            text.Add(MetricFamilies.Connections, _connections[kind], Front.Open((ConnectionKind)kind));
        }

        text.Begin(MetricFamilies.ConnectionsTotal);
        for (int kind = 0; kind < _connections.Length; kind++)
        {
            text.Add(MetricFamilies.ConnectionsTotal, _connections[kind], Front.Opened((ConnectionKind)kind));
        }

        text.Begin(MetricFamilies.ConnectionsRefused);
        foreach ((PlaceLimit limit, byte[] label) in _refusals)
        {
            text.Add(MetricFamilies.ConnectionsRefused, label, Front.RefusedFor(limit));
        }
    }

    private void WriteRequests(MetricsText text)
    {
        text.Begin(MetricFamilies.Requests);
        for (int i = 0; i < _answers.Length; i++)
        {
            (int method, int code) = Math.DivRem(i, CodesMax);
            if (Front.Answers(method, code + CodesFrom) is > 0 and long count)
            {
                byte[] label = _answers[i] ??= MetricLabels.Of(
                    "method", FrontendCounters.Methods[method], "code", (code + CodesFrom).ToString(CultureInfo.InvariantCulture));
                text.Add(MetricFamilies.Requests, label, count);
            }
        }

        One(text, MetricFamilies.RequestsMalformed, Front.RequestsMalformed);
        text.Begin(MetricFamilies.LogInFailures);
        text.Add(MetricFamilies.LogInFailures, "by=\"users\""u8, Front.AuthenticationsFailed);
        text.Add(MetricFamilies.LogInFailures, "by=\"external\""u8, Front.ExternalRefused);
        One(text, MetricFamilies.AccessRefused, Front.AccessRefused);
        text.Begin(MetricFamilies.ExternalSeconds);
        text.Add(MetricFamilies.ExternalSeconds, _externalEnds, _counters.ExternalSeconds);
    }

    private void WriteSessions(MetricsText text)
    {
        One(text, MetricFamilies.Sessions, _counters.Sessions);
        text.Begin(MetricFamilies.SessionsEnded);
        foreach ((SessionEnd end, byte[] label) in _ends)
        {
            text.Add(MetricFamilies.SessionsEnded, label, Front.Ended(end));
        }

        text.Begin(MetricFamilies.Handshakes);
        text.Add(MetricFamilies.Handshakes, "result=\"done\""u8, Front.Handshakes);
        text.Add(MetricFamilies.Handshakes, "result=\"failed\""u8, Front.HandshakesFailed);
        IReadOnlyList<CertificateState> certificates = _sources.Certificates();
        if (certificates.Count > 0)
        {
            text.Begin(MetricFamilies.CertificateEnd);
            foreach (IGrouping<string, CertificateState> same in certificates.GroupBy(static one => one.Title))
            {
                long end = ProcessFigures.UnixMicros(same.Min(static one => one.NotAfter));
                text.Add(MetricFamilies.CertificateEnd, MetricLabels.Of("name", same.Key), end);
            }
        }
    }

    private void WriteShards(MetricsText text)
    {
        text.Begin(MetricFamilies.ShardBusy);
        for (int i = 0; i < _shards.Length; i++)
        {
            text.Add(MetricFamilies.ShardBusy, _shards[i], _counters.BusyMicros(i));
        }

        text.Begin(MetricFamilies.ShardTurns);
        for (int i = 0; i < _shards.Length; i++)
        {
            text.Add(MetricFamilies.ShardTurns, _shards[i], _counters.Turns(i));
        }

        text.Begin(MetricFamilies.ShardLongestTurn);
        for (int i = 0; i < _shards.Length; i++)
        {
            text.Add(MetricFamilies.ShardLongestTurn, _shards[i], _counters.LongestTurnMicros(i));
        }

        text.Begin(MetricFamilies.SendErrors);
        for (int error = 0; error < _sendErrors.Length; error++)
        {
            text.Add(MetricFamilies.SendErrors, _sendErrors[error], Sum(static (one, error) => one.Refused((SendError)error), error));
        }

        One(text, MetricFamilies.OverLag, Sum(static (one, _) => one.OverLag, 0));
    }

    private long Sum(Func<ShardCounters, int, long> of, int which)
    {
        long sum = 0;
        for (int i = 0; i < _shards.Length; i++)
        {
            sum += _counters.Delivery(i) is { } one ? of(one, which) : 0;
        }

        return sum;
    }

    private void WriteHooks(MetricsText text)
    {
        if (_sources.Hooks() is not { } hooks)
        {
            return;
        }

        text.Begin(MetricFamilies.HookDeliveries);
        text.Add(MetricFamilies.HookDeliveries, "result=\"delivered\""u8, hooks.Delivered);
        text.Add(MetricFamilies.HookDeliveries, "result=\"retried\""u8, hooks.Retried);
        text.Add(MetricFamilies.HookDeliveries, "result=\"failed\""u8, hooks.Failed);
        text.Add(MetricFamilies.HookDeliveries, "result=\"dropped\""u8, hooks.Dropped);
        One(text, MetricFamilies.HookQueue, hooks.Waiting);
    }
}
