using System.Buffers;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// The headers of a PLAY that say what is to be played, as lines: Range, Require and Rate-Control. What is asked for lies between the beginning of time and now, and ends
/// behind its beginning; what is answered is a range that says the same.
/// </summary>
internal sealed class RangeTarget : FuzzTarget
{
    private const long NowMicros = 5_000_000_000;
    private const long ToleranceMicros = 2_000_000;

    private static readonly DateTimeOffset s_now = new(2026, 11, 25, 10, 15, 0, 250, TimeSpan.Zero);
    private static readonly TimeSpan s_back = TimeSpan.FromSeconds(8);

    private readonly RtspMessage _message = new();

    public override string Name => "range";

    public override int FixedBytes => 4096;

    public override int BytesPerInputByte => 16;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        if (TryRead(input))
        {
            PlayRange range = new(_message, s_now);
            _ = range.Answer(s_now - s_back, range.Wanted(NowMicros).To);
        }
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        if (!TryRead(input))
        {
            return;
        }

        PlayRange range = new(_message, s_now);
        WantedRange wanted = range.Wanted(NowMicros);
        Property.Equal(wanted.ToMicros is null, wanted.To is null);
        if (range.IsValid)
        {
            Property.Holds(wanted.FromMicros is null or <= NowMicros + ToleranceMicros, "nothing is asked for that is to come");
            Property.Holds(wanted.ToMicros is not { } to || to >= (wanted.FromMicros ?? NowMicros), "an end is behind the beginning");
        }

        if (ClockRange.TryParse(range.Answer(s_now - s_back, wanted.To), out ClockRange answer))
        {
            Property.Equal(((DateTimeOffset?)(s_now - s_back), ToMillis(wanted.To)), (answer.From, answer.To));
        }

        if (ClockRange.TryParse(_message.Header("Range"), out ClockRange asked) && asked.From is { } from)
        {
            Property.Holds(ClockRange.TryParse(ClockRange.Format(from, asked.To), out ClockRange again), "a range that was written reads back");
            Property.Equal(new ClockRange(ToMillis(asked.From), ToMillis(asked.To)), again);
        }
    }

    private static DateTimeOffset? ToMillis(DateTimeOffset? time) =>
        time is { } known ? new DateTimeOffset(known.UtcTicks - (known.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero) : null;

    private bool TryRead(ReadOnlySpan<byte> lines)
    {
        ReadOnlySpan<byte> start = "PLAY rtsp://127.0.0.1/cam RTSP/1.0\r\nCSeq: 1\r\n"u8;
        ReadOnlySpan<byte> end = "\r\n\r\n"u8;
        byte[] request = ArrayPool<byte>.Shared.Rent(start.Length + lines.Length + end.Length);
        start.CopyTo(request);
        lines.CopyTo(request.AsSpan(start.Length));
        end.CopyTo(request.AsSpan(start.Length + lines.Length));
        ParseStatus status = RtspMessageParser.TryParse(request.AsSpan(0, start.Length + lines.Length + end.Length), _message, RtspLimits.Server, out _, out _);
        ArrayPool<byte>.Shared.Return(request);
        return status == ParseStatus.Complete;
    }
}
