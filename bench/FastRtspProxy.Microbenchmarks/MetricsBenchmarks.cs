using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Microbenchmarks;

/// <summary>
/// A page of metrics of a thousand streams, all that comes before the network: it is to take less than five milliseconds, and to make nothing for any
/// stream.
/// </summary>
public class MetricsBenchmarks
{
    private const int Streams = 1000;

    private readonly OneBuffer _output = new();

    /// <summary>Cameras that take the connection and say nothing: hardly anything goes on meanwhile.</summary>
    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);
    private ProxyEngine? _engine;
    private MetricsPage? _page;

    [GlobalSetup]
    public void Prepare()
    {
        _silent.Start(Streams);
        string url = $"rtsp://{_silent.LocalEndpoint}/";
        ProxyOptions options = new()
        {
            Streams = [.. Enumerable.Range(0, Streams).Select(i => new StreamOptions { Name = $"site/cam-{i}", Url = url })],
            RtspPorts = [0],
            Threads = 2,
            AnswerTimeout = TimeSpan.FromHours(1), // nobody gives up meanwhile, and tries again
        };
        _engine = ProxyEngine.StartAsync(options, NullLoggerFactory.Instance).GetAwaiter().GetResult();
        _page = new MetricsPage(_engine.Counters, new MetricsSources());
    }

    [GlobalCleanup]
    public void End()
    {
        _engine!.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _silent.Dispose();
    }

    /// <summary>Each is asked for on another thread, as they may be: a pool that keeps its memory by thread would make it anew.</summary>
    [Benchmark]
    public void Write_Page_ThousandStreams()
    {
        Thread asking = new(() => _ = _page!.TryWriteAsync(_output, null, CancellationToken.None).GetAwaiter().GetResult());
        asking.Start();
        asking.Join();
    }

    /// <summary>Takes everything, and keeps nothing.</summary>
    private sealed class OneBuffer : PipeWriter
    {
        private readonly byte[] _bytes = new byte[1 << 16];

        public override void Advance(int bytes)
        {
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _bytes;

        public override Span<byte> GetSpan(int sizeHint = 0) => _bytes;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
