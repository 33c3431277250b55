using System.Buffers;
using System.Buffers.Text;
using FastRtspProxy.Engine.Counters;

namespace FastRtspProxy.Operations.Metrics;

/// <summary>
/// Writes the text format 0.0.4 of Prometheus. Nothing is allocated for a series. Mutable, one owner.
/// </summary>
/// <param name="output">Where it goes.</param>
internal sealed class MetricsText(IBufferWriter<byte> output)
{
    /// <summary>A number of 64 bits with six places behind the point, a blank and the end of the line.</summary>
    private const int ValueBytesMax = 32;

    private const int MicrosASecond = 1_000_000;

    /// <summary>Written since it was last set to 0.</summary>
    public int Bytes { get; set; }

    /// <summary>Begins a family.</summary>
    public void Begin(MetricFamily family) => Write(family.Head);

    /// <summary>A series without labels.</summary>
    public void Add(MetricFamily family, long value) => Add(family, [], [], value);

    /// <summary>A series with labels, as <see cref="MetricLabels"/> makes them.</summary>
    public void Add(MetricFamily family, ReadOnlySpan<byte> labels, long value) => Add(family, labels, [], value);

    /// <summary>A series with labels in two parts, either of which may be empty.</summary>
    public void Add(MetricFamily family, ReadOnlySpan<byte> labels, ReadOnlySpan<byte> more, long value) =>
        Add(family.NameBytes, [], labels, more, value, family.Unit);

    /// <summary>A histogram that is counted in microseconds.</summary>
    /// <param name="family">Its name.</param>
    /// <param name="ends">Of each of its buckets the label of its end, the last one's that of all.</param>
    /// <param name="histogram">The counts.</param>
    public void Add(MetricFamily family, byte[][] ends, DurationHistogram histogram) =>
        Add(family, ends, new ReadOnlySpan<DurationHistogram>(ref histogram));

    /// <summary>The sum of several histograms of the same buckets.</summary>
    public void Add(MetricFamily family, byte[][] ends, ReadOnlySpan<DurationHistogram> histograms)
    {
        long count = 0;
        long sumMicros = 0;
        for (int bucket = 0; bucket < ends.Length; bucket++)
        {
            foreach (DurationHistogram histogram in histograms)
            {
                count += histogram.CountOf(bucket);
                sumMicros += bucket == 0 ? histogram.SumMicros : 0;
            }

            Add(family.NameBytes, "_bucket"u8, ends[bucket], [], count, MetricUnit.One);
        }

        Add(family.NameBytes, "_sum"u8, [], [], sumMicros, MetricUnit.Micros);
        Add(family.NameBytes, "_count"u8, [], [], count, MetricUnit.One);
    }

    /// <summary>The labels of a histogram's ends, for buckets with those bounds.</summary>
    public static byte[][] EndsOf(ReadOnlySpan<long> boundsMicros)
    {
        byte[][] ends = new byte[boundsMicros.Length + 1][];
        for (int i = 0; i < boundsMicros.Length; i++)
        {
            ends[i] = MetricLabels.Of("le", (boundsMicros[i] / (double)MicrosASecond).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        ends[^1] = MetricLabels.Of("le", "+Inf");
        return ends;
    }

    private void Add(
        ReadOnlySpan<byte> name, ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> labels, ReadOnlySpan<byte> more, long value, MetricUnit unit)
    {
        Span<byte> line = output.GetSpan(name.Length + suffix.Length + labels.Length + more.Length + 3 + ValueBytesMax);
        int at = Put(line, 0, name);
        at = Put(line, at, suffix);
        if (labels.Length + more.Length > 0)
        {
            line[at++] = (byte)'{';
            at = Put(line, at, labels);
            if (labels.Length > 0 && more.Length > 0)
            {
                line[at++] = (byte)',';
            }

            at = Put(line, at, more);
            line[at++] = (byte)'}';
        }

        line[at++] = (byte)' ';
        at += PutValue(line[at..], value, unit);
        line[at++] = (byte)'\n';
        output.Advance(at);
        Bytes += at;
    }

    private static int PutValue(Span<byte> to, long value, MetricUnit unit)
    {
        if (unit == MetricUnit.One)
        {
            _ = Utf8Formatter.TryFormat(value, to, out int written);
            return written;
        }

        (long seconds, long micros) = Math.DivRem(Math.Max(0, value), MicrosASecond);
        _ = Utf8Formatter.TryFormat(seconds, to, out int at);
        to[at++] = (byte)'.';
        _ = Utf8Formatter.TryFormat(micros, to[at..], out int digits, new StandardFormat('D', 6));
        return at + digits;
    }

    private static int Put(Span<byte> line, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(line[at..]);
        return at + bytes.Length;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        Bytes += bytes.Length;
    }
}
