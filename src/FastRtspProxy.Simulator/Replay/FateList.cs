namespace FastRtspProxy.Simulator.Replay;

/// <summary>
/// Finds for each packet of a track what became of it. A server gives packets numbers of its own, but keeps their distances; so the difference
/// between the two numbers is looked for, and from then on a packet is expected at its number. Pure.
/// </summary>
internal sealed class FateList
{
    /// <summary>So many packets in a row are the same: pictures whose payload was zeroed look alike.</summary>
    private const int RowMin = 4;

    private FateList(PacketFate[] fates, int[] places, int extra, int repeated)
    {
        Fates = fates;
        Places = places;
        Extra = extra;
        Repeated = repeated;
    }

    /// <summary>By packet that was sent.</summary>
    public IReadOnlyList<PacketFate> Fates { get; }

    /// <summary>By packet that was sent: its place among those that came; -1: it did not.</summary>
    public IReadOnlyList<int> Places { get; }

    /// <summary>Packets that came and were never sent.</summary>
    public int Extra { get; }

    /// <summary>Packets that came once more.</summary>
    public int Repeated { get; }

    public int Count(PacketFate fate) => Fates.Count(one => one == fate);

    /// <param name="sent">In the order of sending.</param>
    /// <param name="got">In the order of arrival.</param>
    public static FateList Of(IReadOnlyList<SentPacket> sent, IReadOnlyList<SentPacket> got)
    {
        PacketFate[] fates = new PacketFate[sent.Count];
        int[] places = new int[sent.Count];
        Array.Fill(places, -1);
        Array.Fill(fates, PacketFate.Missing);
        Dictionary<ushort, int> byNumber = [];
        for (int i = 0; i < sent.Count; i++)
        {
            byNumber.TryAdd(sent[i].Number, i); // longer than one round of numbers: the first round is looked at
        }

        int extra = 0;
        int repeated = 0;
        int? difference = null;
        for (int i = 0; i < got.Count; i++)
        {
            int at = difference is { } known && byNumber.TryGetValue((ushort)(got[i].Number - known), out int place) ? place : -1;
            if (at < 0 || !sent[at].IsSameAs(got[i]))
            {
                // Another difference, where a row of packets says so: the server began anew.
                if (FindDifference(sent, got, i) is { } other && byNumber.TryGetValue((ushort)(got[i].Number - other), out place))
                {
                    (difference, at) = (other, place);
                }
            }

            if (at < 0)
            {
                extra++;
            }
            else if (places[at] >= 0)
            {
                repeated++;
            }
            else
            {
                places[at] = i;
                fates[at] = sent[at].IsSameAs(got[i]) ? PacketFate.Delivered : PacketFate.Changed;
            }
        }

        MarkEnds(fates, places);
        return new FateList(fates, places, extra, repeated);
    }

    private static int? FindDifference(IReadOnlyList<SentPacket> sent, IReadOnlyList<SentPacket> got, int at)
    {
        int row = Math.Min(RowMin, got.Count - at);
        for (int i = 0; i + row <= sent.Count; i++)
        {
            bool isRow = true;
            for (int k = 0; k < row && isRow; k++)
            {
                isRow = sent[i + k].IsSameAs(got[at + k])
                    && (ushort)(sent[i + k].Number - sent[i].Number) == (ushort)(got[at + k].Number - got[at].Number)
                    && sent[i + k].Timestamp - sent[i].Timestamp == got[at + k].Timestamp - got[at].Timestamp;
            }

            if (isRow)
            {
                return got[at].Number - sent[i].Number;
            }
        }

        return null;
    }

    private static void MarkEnds(PacketFate[] fates, int[] places)
    {
        int first = Array.FindIndex(places, static place => place >= 0);
        int last = Array.FindLastIndex(places, static place => place >= 0);
        for (int i = 0; i < fates.Length; i++)
        {
            fates[i] = first < 0 || i < first ? PacketFate.BeforeJoin : i > last ? PacketFate.AfterEnd : fates[i];
        }
    }
}
