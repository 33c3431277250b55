using System.Buffers;
using System.Text;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Operations.Metrics;

namespace FastRtspProxy.Tests.Operations.Metrics;

public sealed class MetricsTextTests
{
    private static readonly MetricFamily s_bytes = new("x_bytes_total", MetricType.Counter, MetricUnit.One, "What it is");
    private static readonly MetricFamily s_seconds = new("x_seconds", MetricType.Histogram, MetricUnit.Micros, "How long it takes");

    [Fact]
    public void Add_NumbersAndLabels_AreWrittenAsTheFormatWants()
    {
        string page = Write(static text =>
        {
            text.Begin(s_bytes);
            text.Add(s_bytes, 0);
            text.Add(s_bytes, "a=\"b\""u8, long.MaxValue);
            text.Add(s_bytes, "a=\"b\""u8, "c=\"d\""u8, -1);
            text.Add(s_seconds, 1_764_156_004_000_001);
            text.Add(s_seconds, 999_999);
        });

        Assert.Equal(
            """
            # HELP x_bytes_total What it is
            # TYPE x_bytes_total counter
            x_bytes_total 0
            x_bytes_total{a="b"} 9223372036854775807
            x_bytes_total{a="b",c="d"} -1
            x_seconds 1764156004.000001
            x_seconds 0.999999

            """,
            page);
    }

    [Theory]
    [InlineData("gate/1", "gate/1")]
    [InlineData("a\\b\"c\nd", @"a\\b\""c\nd")]
    [InlineData("Tür", "Tür")]
    public void Labels_WhatHasAMeaning_IsEscaped(string value, string written) =>
        Assert.Equal($"stream=\"{written}\",way=\"udp\"", Encoding.UTF8.GetString(MetricLabels.Of("stream", value, "way", "udp")));

    [Fact]
    public void Add_Histogram_AddsItsBucketsUp()
    {
        DurationHistogram one = new(10_000, 500_000);
        DurationHistogram other = new(10_000, 500_000);
        one.Observe(10_000);
        one.Observe(10_001);
        other.Observe(2_000_000);
        other.Observe(-5);

        string page = Write(text => text.Add(s_seconds, MetricsText.EndsOf(one.BoundsMicros), [one, other]));

        Assert.Equal(
            """
            x_seconds_bucket{le="0.01"} 2
            x_seconds_bucket{le="0.5"} 3
            x_seconds_bucket{le="+Inf"} 4
            x_seconds_sum 2.020001
            x_seconds_count 4

            """,
            page);
    }

    private static string Write(Action<MetricsText> write)
    {
        ArrayBufferWriter<byte> output = new();
        MetricsText text = new(output);
        write(text);
        Assert.Equal(output.WrittenCount, text.Bytes);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
