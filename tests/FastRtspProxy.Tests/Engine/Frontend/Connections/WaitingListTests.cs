using System.Net;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Who is the first to go. Items are their own numbers; the grace is five.</summary>
public sealed class WaitingListTests
{
    private static readonly AddressGroup s_a = AddressGroup.Of(IPAddress.Parse("192.0.2.1"));
    private static readonly AddressGroup s_b = AddressGroup.Of(IPAddress.Parse("192.0.2.2"));

    private readonly WaitingList<string> _list = new(graceMicros: 5);

    [Fact]
    public void OldestOfMost_Nobody_IsNull()
    {
        Assert.Null(_list.OldestOfMost(100, out int count));
        Assert.Equal(0, count);
    }

    [Fact]
    public void OldestOfMost_OneAddressHasMore_IsItsOldest()
    {
        _list.Add("b1", s_b, 1);
        _list.Add("a1", s_a, 2);
        _list.Add("a2", s_a, 3);

        Assert.Equal("a1", _list.OldestOfMost(100, out int count)!.Item);
        Assert.Equal(2, count);
    }

    [Fact]
    public void OldestOfMost_TheCrowdIsTooYoung_IsWhoIsOldEnough()
    {
        _list.Add("b1", s_b, 1);
        _list.Add("a1", s_a, 3);
        _list.Add("a2", s_a, 3);

        Assert.Null(_list.OldestOfMost(5, out _));
        Assert.Equal("b1", _list.OldestOfMost(7, out _)!.Item);
        Assert.Equal("a1", _list.OldestOfMost(8, out _)!.Item);
    }

    [Fact]
    public void OldestOf_WithoutGrace_IsChosenAtOnce()
    {
        WaitingList<string>.Entry again = _list.Add("a1", s_a, 10, hasGrace: false);
        _list.Add("a2", s_a, 10);

        Assert.Equal("a1", _list.OldestOf(s_a, 10, out int count)!.Item);
        Assert.Equal(1, count);
        _list.Remove(again);
        Assert.Null(_list.OldestOf(s_a, 10, out _));
        Assert.Equal("a2", _list.OldestOf(s_a, 15, out _)!.Item);
    }

    [Fact]
    public void OldestOfMost_AsManyEach_IsTheOldest()
    {
        _list.Add("b1", s_b, 1);
        _list.Add("a1", s_a, 2);

        Assert.Equal("b1", _list.OldestOfMost(100, out _)!.Item);
    }

    [Fact]
    public void OldestOf_Address_IsItsOwnOldest()
    {
        _list.Add("a1", s_a, 1);
        _list.Add("b1", s_b, 2);
        _list.Add("b2", s_b, 98);

        Assert.Equal("b1", _list.OldestOf(s_b, 100, out int count)!.Item);
        Assert.Equal(1, count);
        Assert.Null(_list.OldestOf(AddressGroup.Of(IPAddress.Loopback), 100, out _));
    }

    [Fact]
    public void All_AnySequence_AsASimpleListWouldHaveIt()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            WaitingList<string> list = new(graceMicros: 5);
            List<WaitingList<string>.Entry> model = [];
            long now = 0;
            for (int step = 0; step < 300; step++)
            {
                now += random.Next(3);
                if (random.Next(3) > 0 || model.Count == 0)
                {
                    model.Add(list.Add($"{seed}-{step}", AddressGroup.Of(new IPAddress([192, 0, 2, (byte)random.Next(6)])), now));
                }
                else
                {
                    int gone = random.Next(model.Count);
                    list.Remove(model[gone]);
                    model.RemoveAt(gone);
                }

                List<WaitingList<string>.Entry> old = model.FindAll(entry => now - entry.SinceMicros >= 5);
                int most = old.Count == 0 ? 0 : old.GroupBy(static entry => entry.Address).Max(static address => address.Count());
                WaitingList<string>.Entry? chosen = list.OldestOfMost(now, out int count);
                Assert.Equal(most, count);
                Assert.Equal(model.Count, list.Count);
                Assert.Equal(most == 0, chosen is null);
                if (chosen is not null)
                {
                    List<WaitingList<string>.Entry> same = old.FindAll(entry => entry.Address.Equals(chosen.Address));
                    Assert.Equal(most, same.Count);
                    Assert.Same(same[0], chosen);
                }
            }
        }
    }
}
