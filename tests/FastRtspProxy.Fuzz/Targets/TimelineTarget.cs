using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// A track's timeline under any sequence of packets, new sessions, promises and packets that are left out. Numbers go forward by the camera's own gap or by one; a promise is
/// kept; times never run away from what the clock of arrivals allows; only the packet before is refused. Nothing is allocated on the way.
/// </summary>
internal sealed class TimelineTarget : FuzzTarget
{
    private const int StepMax = 3000;

    public override string Name => "timeline";

    /// <summary>The clock and the timeline themselves.</summary>
    public override int FixedBytes => 1024;

    public override int BytesPerInputByte => 0;

    public override void Parse(ReadOnlySpan<byte> input) => Drive(input);

    public override void Check(ReadOnlySpan<byte> input) => Drive(input);

    private static void Drive(ReadOnlySpan<byte> input)
    {
        InputReader reader = new(input);
        int rate = reader.Byte() switch { 0 => 90_000, 1 => 8000, 2 => 48_000, 3 => 1, 4 => 0, 5 => int.MaxValue, _ => 44_100 };
        MediaClock clock = new();
        TrackTimeline timeline = new(clock, rate, reader.UInt16(), reader.UInt32());
        uint ssrc = 1;
        ushort sequence = 0;
        uint timestamp = 0;
        long now = 0;
        while (!reader.IsEmpty)
        {
            byte action = reader.Byte();
            now += Wait(action, ref reader);
            switch (action & 7)
            {
                case 0:
                    timeline.BeginSession();
                    clock.BeginSession();
                    continue;
                case 1:
                    timeline.LeaveOut(ssrc, ++sequence);
                    continue;
                case 2 when !timeline.InSession:
                    CheckPromise(timeline, ref reader, now);
                    continue;
                case 3:
                    ssrc = reader.Byte();
                    break;
                case 4:
                    sequence += reader.UInt16();
                    timestamp += reader.UInt32();
                    break;
                default:
                    sequence += (ushort)(action >> 7);
                    timestamp += 3600;
                    break;
            }

            ushort next = timeline.NextSequenceNumber;
            bool wasInSession = timeline.InSession;
            if (timeline.TryMap(ssrc, sequence, timestamp, now, out ushort mapped, out uint _))
            {
                int step = (ushort)(mapped - next);
                Property.Holds(step < StepMax && (wasInSession || step == 0), "numbers go forward, by the camera's gap at most");
                Property.Equal((ushort)(mapped + 1), timeline.NextSequenceNumber);
                Property.Equal(now, timeline.LastArrivalMicros);
                Property.Holds(timeline.InSession && !timeline.HasPromise, "a packet begins the session and redeems the promise");
                Property.Holds(timeline.TryMediaOf(ssrc, timestamp, out long media) && media == timeline.MediaMicros, "the newest timestamp is the newest media time");
            }
            else
            {
                Property.Holds(wasInSession, "only a repeated packet is refused");
                Property.Equal(next, timeline.NextSequenceNumber);
            }
        }
    }

    private static long Wait(byte action, ref InputReader reader) => (action >> 3 & 7) switch
    {
        0 => 0,
        1 => 40_000,
        2 => reader.UInt16(),
        3 => reader.UInt16() * 1000L,
        4 => reader.UInt32(),
        _ => 20_000,
    };

    private static void CheckPromise(TrackTimeline timeline, ref InputReader reader, long now)
    {
        (ushort sequence, uint time) = timeline.Promise(now);
        Property.Equal((sequence, time), timeline.Promise(now + reader.UInt16()));
        Property.Equal(timeline.NextSequenceNumber, sequence);
        Property.Holds(timeline.TryMap(reader.Byte(), reader.UInt16(), reader.UInt32(), now, out ushort mapped, out uint mappedTime), "a first packet is never refused");
        Property.Equal((sequence, time), (mapped, mappedTime));
    }
}
