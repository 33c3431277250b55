using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Metrics;

/// <summary>
/// Which streams have rows on the page and what they are called there; kept while no stream comes or goes, so that a page of a thousand streams makes
/// nothing for any of them. Immutable.
/// </summary>
internal sealed class StreamRows
{
    private readonly Mount[] _of;
    private readonly StreamGroup[] _groupsOf;
    private readonly MetricsDetail _detail;
    private readonly Mount[] _streams;
    private readonly StreamGroup[] _groups;
    private readonly byte[][] _labels;

    private StreamRows(Mount[] of, StreamGroup[] groupsOf, MetricsDetail detail, Mount[] streams, StreamGroup[] groups)
    {
        _of = of;
        _groupsOf = groupsOf;
        _detail = detail;
        _streams = streams;
        _groups = groups;
        _labels =
        [
            .. streams.Select(static stream => MetricLabels.Of("stream", stream.Name)),
            .. groups.Select(static group => MetricLabels.Of("stream", group.Name)),
        ];
    }

    /// <summary>How many there are.</summary>
    public int Count => _labels.Length;

    /// <summary>Those of this moment.</summary>
    /// <param name="counters">What there is.</param>
    /// <param name="detail">What is wanted.</param>
    /// <param name="last">Those of another moment, which may be the same.</param>
    public static StreamRows Of(EngineCounters counters, MetricsDetail detail, StreamRows? last)
    {
        Mount[] streams = counters.Ledger.Streams;
        StreamGroup[] groups = counters.Ledger.Groups;
        if (last is not null && last._of == streams && last._groupsOf == groups && last._detail == detail)
        {
            return last;
        }

        return detail switch
        {
            MetricsDetail.All => new StreamRows(streams, groups, detail, streams, []),
            MetricsDetail.None => new StreamRows(streams, groups, detail, [], [counters.Ledger.All]),
            _ => new StreamRows(streams, groups, detail, [.. streams.Where(static stream => stream.Origin == StreamOrigin.Configured)], groups),
        };
    }

    /// <summary>That of one stream, whoever made it; null: there is none of that name.</summary>
    public static StreamRows? Of(EngineCounters counters, string name)
    {
        Mount? stream = Array.Find(counters.Ledger.Streams, stream => stream.Name == name);
        return stream is null ? null : new StreamRows([], [], MetricsDetail.All, [stream], []);
    }

    /// <summary>The label of a row.</summary>
    public ReadOnlySpan<byte> LabelOf(int row) => _labels[row];

    /// <summary>The figures of all, row behind row.</summary>
    public void Read(Span<long> figures, in ShardTime time)
    {
        for (int i = 0; i < Count; i++)
        {
            Span<long> row = figures.Slice(i * StreamFigure.Count, StreamFigure.Count);
            if (i < _streams.Length)
            {
                _streams[i].Read(row, time);
            }
            else
            {
                _groups[i - _streams.Length].Read(row, time);
            }
        }
    }
}
