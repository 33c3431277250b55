using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

public sealed class ShardWorkTests
{
    /// <summary>
    /// A poster writes and finds the work queued; the shard clears the mark and reads. If both came too early for each other, the write would lie there unseen. (With a plain store in
    /// place of the exchange, this happens some times in a thousand on x64; models/wake.pml shows it in every run.)
    /// </summary>
    [Fact]
    public async Task ClearQueued_WhileAPosterMarks_OneOfThemSeesTheOther()
    {
        const int Rounds = 50;
        const int Works = 5_000;
        int lost = 0;
        for (int round = 0; round < Rounds; round++)
        {
            Slot[] slots = new Slot[Works];
            for (int i = 0; i < Works; i++)
            {
                slots[i] = new Slot();
                slots[i].Work.TryMarkQueued();
            }

            using Barrier start = new(2);
            Task poster = Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    foreach (Slot slot in slots)
                    {
                        Volatile.Write(ref slot.Head, 1);
                        slot.Posted = slot.Work.TryMarkQueued();
                    }
                },
                TaskCreationOptions.LongRunning);
            Task shard = Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    foreach (Slot slot in slots)
                    {
                        slot.Work.ClearQueued();
                        slot.Seen = Volatile.Read(ref slot.Head);
                    }
                },
                TaskCreationOptions.LongRunning);
            await Task.WhenAll(poster, shard);
            foreach (Slot slot in slots)
            {
                lost += !slot.Posted && slot.Seen == 0 ? 1 : 0;
            }
        }

        Assert.Equal(0, lost);
    }

    private sealed class Slot
    {
        public readonly ActionWork Work = new(static () => { });
        public int Head;
        public int Seen;
        public bool Posted;
    }
}
