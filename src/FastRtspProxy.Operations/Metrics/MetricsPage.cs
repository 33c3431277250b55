using System.IO.Pipelines;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Metrics;

/// <summary>
/// The page of metrics: the figures of all streams are read at once, then written family by family, and handed on in pieces, so that a slow reader
/// holds up nobody. Any thread.
/// </summary>
internal sealed class MetricsPage(EngineCounters counters, MetricsSources sources)
{
    /// <summary>Handed on when so much was written.</summary>
    private const int FlushBytes = 256 * 1024;

    private readonly EngineFigures _engine = new(counters, sources);

    /// <summary>Of the last page; whoever finds it out of date makes another one.</summary>
    private volatile StreamRows? _rows;

    /// <summary>
    /// What the figures of the last whole page stood in, a megabyte and more of a thousand streams; null while one is written. Whoever needs it takes
    /// it out (interlocked: two pages at a time have one each). The shared pool would keep one for each thread that ever wrote a page.
    /// </summary>
    private long[]? _figures;

    /// <summary>Writes the page. False: there is no such stream, and nothing was written.</summary>
    /// <param name="output">Where to; it is not completed.</param>
    /// <param name="stream">That stream alone; null: everything.</param>
    /// <param name="cancel">Nobody wants it any more.</param>
    public async Task<bool> TryWriteAsync(PipeWriter output, string? stream, CancellationToken cancel)
    {
        MetricsDetail detail = sources.Config().PerStream;
        await counters.RefreshAsync();
        StreamRows? rows = stream is null ? _rows = StreamRows.Of(counters, detail, _rows) : StreamRows.Of(counters, stream);
        if (rows is null)
        {
            return false;
        }

        MetricsText text = new(output);
        if (stream is null)
        {
            _engine.WriteFront(text);
        }

        await WriteStreamsAsync(output, text, rows, counters.Now, cancel);
        if (stream is null)
        {
            _engine.WriteBack(text);
            if (sources.Cluster is { } cluster)
            {
                (await cluster())(text);
            }
        }

        await output.FlushAsync(cancel);
        return true;
    }

    private async Task WriteStreamsAsync(PipeWriter output, MetricsText text, StreamRows rows, ShardTime time, CancellationToken cancel)
    {
        bool isWhole = rows == _rows;
        long[] figures = TakeFigures(rows.Count * StreamFigure.Count, isWhole);
        try
        {
            rows.Read(figures, time);
            foreach (StreamFamily family in StreamFamilies.All)
            {
                text.Begin(family.Family);
                for (int row = 0; row < rows.Count;)
                {
                    row = WriteSome(text, family, rows, figures, row);
                    if (text.Bytes >= FlushBytes)
                    {
                        text.Bytes = 0;
                        if ((await output.FlushAsync(cancel)).IsCompleted)
                        {
                            return;
                        }
                    }
                }
            }
        }
        finally
        {
            if (isWhole)
            {
                Volatile.Write(ref _figures, figures); // a release store; pairs with the exchange in TakeFigures
            }
        }
    }

    /// <summary>At least so many; of a whole page the last ones again where they do, unless most of them would lie idle.</summary>
    private long[] TakeFigures(int count, bool isWhole) =>
        isWhole && Interlocked.Exchange(ref _figures, null) is { } last && last.Length >= count && last.Length / 4 <= count ? last : new long[count];

    /// <summary>Writes rows from one on until there is enough to hand on; gives the next one.</summary>
    private static int WriteSome(MetricsText text, StreamFamily family, StreamRows rows, long[] figures, int row)
    {
        for (; row < rows.Count && text.Bytes < FlushBytes; row++)
        {
            ReadOnlySpan<long> of = figures.AsSpan(row * StreamFigure.Count, StreamFigure.Count);
            foreach (StreamSeries series in family.Series)
            {
                if (series.UnlessNone is not { } other || of[other] != 0 || of[series.Figure] != 0)
                {
                    text.Add(family.Family, rows.LabelOf(row), series.Labels, of[series.Figure]);
                }
            }
        }

        return row;
    }
}
