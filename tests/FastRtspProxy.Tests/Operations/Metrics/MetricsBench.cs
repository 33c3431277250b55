using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Metrics;

namespace FastRtspProxy.Tests.Operations.Metrics;

/// <summary>The page of an engine, read without a server.</summary>
internal sealed class MetricsBench(ProxyEngine engine, MetricsDetail detail = MetricsDetail.Configured)
{
    private readonly MetricsPage _page = new(engine.Counters, new MetricsSources { Config = () => new MetricsConfig { PerStream = detail } });

    public async Task<string> TextAsync(string? stream = null)
    {
        Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 0));
        Assert.True(await _page.TryWriteAsync(pipe.Writer, stream, CancellationToken.None));
        await pipe.Writer.CompleteAsync();
        ReadResult read = await pipe.Reader.ReadAtLeastAsync(int.MaxValue);
        string text = Encoding.UTF8.GetString(read.Buffer.ToArray());
        await pipe.Reader.CompleteAsync();
        return text;
    }

    public async Task<MetricsSamples> ReadAsync(string? stream = null) => new(await TextAsync(stream));

    public Task<bool> TryWriteAsync(PipeWriter output, string? stream = null) => _page.TryWriteAsync(output, stream, CancellationToken.None);
}
