using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// The reorder window under a sequence of packets, driven as the track drives it: a byte says what comes next (a step, a jump, one that is left out, the end of the wait). Between two restarts
/// packets leave in ascending order, each at most once and unchanged; what is held is bounded.
/// </summary>
internal sealed class ReorderTarget : FuzzTarget
{
    public override string Name => "reorder";

    /// <summary>Held packets are rented; the pool keeps what comes back.</summary>
    public override int FixedBytes => 32 * 1024;

    public override int BytesPerInputByte => 16;

    public override void Parse(ReadOnlySpan<byte> input) => Drive(input, isChecked: false);

    public override void Check(ReadOnlySpan<byte> input) => Drive(input, isChecked: true);

    private static void Drive(ReadOnlySpan<byte> input, bool isChecked)
    {
        ReorderWindow window = new();
        InputReader reader = new(input);
        Delivery delivery = new(isChecked);
        ushort sequence = 65_000;
        long now = 0;
        Span<byte> packet = stackalloc byte[8];
        while (!reader.IsEmpty)
        {
            int action = reader.Byte();
            now += 1000;
            if (action >= 240)
            {
                window.SkipGap();
                TakeHeld(window, ref delivery);
                continue;
            }

            if (action >= 236)
            {
                window.LeaveOut((ushort)(sequence + action - 235));
                TakeHeld(window, ref delivery);
                continue;
            }

            sequence = (ushort)(action < 200 ? sequence + action - 20 : reader.UInt16());
            packet.Fill((byte)sequence);
            packet[0] = (byte)(sequence >> 8);
            Offer(window, sequence, packet[..(2 + (action % 7))], now, ref delivery);
            Property.Holds(window.Held is >= 0 and < ReorderWindow.Capacity, "the window is bounded");
        }

        window.Reset();
        Property.Equal(0, window.Held);
    }

    private static void Offer(ReorderWindow window, ushort sequence, ReadOnlySpan<byte> packet, long now, ref Delivery delivery)
    {
        for (int rounds = 0; rounds < ReorderWindow.Capacity + 2; rounds++)
        {
            switch (window.Offer(sequence, packet, now))
            {
                case ReorderAction.Pass:
                    delivery.Take(sequence, packet);
                    return;
                case ReorderAction.PassAndTake:
                    delivery.Take(sequence, packet);
                    TakeHeld(window, ref delivery);
                    return;
                case ReorderAction.MakeRoom when window.Held > 0:
                    window.SkipGap();
                    TakeHeld(window, ref delivery);
                    continue;
                case ReorderAction.MakeRoom or ReorderAction.Restart:
                    window.Reset();
                    delivery.Restart();
                    continue;
                default:
                    return;
            }
        }

        Property.Holds(false, "the window makes room in the end");
    }

    private static void TakeHeld(ReorderWindow window, ref Delivery delivery)
    {
        while (window.TryTake(out byte[] memory, out int length))
        {
            ReadOnlySpan<byte> packet = memory.AsSpan(0, length);
            delivery.Take((ushort)((packet[0] << 8) | packet[1]), packet);
            ReorderWindow.Return(memory);
        }
    }

    /// <summary>What left the window. Mutable on purpose: it lives on the stack of the drive.</summary>
    private struct Delivery(bool isChecked)
    {
        private int _last = -1;

        public void Restart() => _last = -1;

        public void Take(ushort sequence, ReadOnlySpan<byte> packet)
        {
            if (!isChecked)
            {
                return;
            }

            Property.Holds(_last < 0 || (short)(sequence - (ushort)_last) > 0, "packets leave in ascending order, each once");
            Property.Holds(packet[0] == sequence >> 8 && packet[1..].IndexOfAnyExcept((byte)sequence) < 0, "packets leave unchanged");
            _last = sequence;
        }
    }
}
