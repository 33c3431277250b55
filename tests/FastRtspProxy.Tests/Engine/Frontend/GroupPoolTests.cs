using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Which stream gets which multicast group.</summary>
public sealed class GroupPoolTests
{
    private static MulticastOptions Out(string groups) => new() { Groups = IPNetwork.Parse(groups) };

    private static MulticastOptions Own(string group, int? port = null) => new() { Group = IPAddress.Parse(group), Port = port };

    [Fact]
    public void Set_Network_EachStreamGetsAGroupOfItsOwnInItAndAnEvenPort()
    {
        GroupPool pool = new();
        IPNetwork groups = IPNetwork.Parse("239.192.4.0/24");
        HashSet<IPAddress> taken = [];
        for (int i = 0; i < 256; i++)
        {
            pool.Set($"cam-{i}", Out("239.192.4.0/24"));
            GroupAddress address = pool.Of($"cam-{i}")!;
            Assert.True(groups.Contains(address.Group) && taken.Add(address.Group));
            Assert.Null(MulticastOptions.FindPortFault(address.Port));
        }

        pool.Set("one-more", Out("239.192.4.0/24"));
        Assert.Null(pool.Of("one-more"));
    }

    [Fact]
    public void Set_SameName_HasTheSameGroupAfterTheNextStart()
    {
        GroupPool first = new();
        GroupPool second = new();
        first.Set("lobby", Out("239.192.0.0/16"));
        second.Set("hall", Out("239.192.0.0/16"));
        second.Set("lobby", Out("239.192.0.0/16"));

        Assert.Equal(first.Of("lobby"), second.Of("lobby"));
        Assert.NotEqual(second.Of("hall")!.Group, second.Of("lobby")!.Group);
    }

    [Fact]
    public void Set_IPv6Network_GivesAGroupInIt()
    {
        GroupPool pool = new();
        pool.Set("lobby", Out("ff15::/112"));

        Assert.StartsWith("ff15::", pool.Of("lobby")!.Group.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Set_OwnGroup_IsThatWithTheCommonPort() =>
        Assert.Equal((IPAddress.Parse("239.1.2.3"), 5004), With("lobby", Own("239.1.2.3")) is { } address ? (address.Group, address.Port) : default);

    [Fact]
    public void Set_OwnGroupThatAnotherHasDrawn_TheOtherOneGetsAnother()
    {
        GroupPool pool = new();
        pool.Set("lobby", Out("239.1.1.0/31"));
        IPAddress drawn = pool.Of("lobby")!.Group;

        pool.Set("hall", Own(drawn.ToString()));

        Assert.Equal(drawn, pool.Of("hall")!.Group);
        Assert.NotEqual(drawn, pool.Of("lobby")!.Group);
    }

    [Fact]
    public void Set_GroupOfAnother_IsNotDrawn()
    {
        GroupPool pool = new();
        pool.Set("hall", Own("239.1.1.0"));
        pool.Set("lobby", Out("239.1.1.0/31"));

        Assert.Equal(IPAddress.Parse("239.1.1.1"), pool.Of("lobby")!.Group);
    }

    [Fact]
    public void Remove_Stream_ItsGroupGoesToOneThatFoundNone()
    {
        GroupPool pool = new();
        pool.Set("lobby", Out("239.1.1.1/32"));
        pool.Set("hall", Out("239.1.1.1/32"));
        Assert.Null(pool.Of("hall"));

        pool.Remove("lobby");
        Assert.Null(pool.Of("lobby"));
        Assert.NotNull(pool.Of("hall"));

        pool.Remove("hall");
        pool.Set("attic", Out("239.1.1.1/32"));
        Assert.NotNull(pool.Of("attic"));
    }

    [Fact]
    public void Set_Reserved_IsNotDrawn()
    {
        GroupPool pool = new();
        for (int i = 0; i < 64; i++)
        {
            pool.Set($"cam-{i}", Out("232.0.0.0/23"));
            Assert.Null(MulticastOptions.FindGroupFault(pool.Of($"cam-{i}")!.Group));
        }
    }

    [Fact]
    public void Set_OtherTtl_IsAnotherAddressOfTheSameGroup()
    {
        GroupPool pool = new();
        pool.Set("lobby", Out("239.192.0.0/16"));
        GroupAddress before = pool.Of("lobby")!;

        pool.Set("lobby", Out("239.192.0.0/16") with { Ttl = 8 });

        Assert.NotEqual(before, pool.Of("lobby"));
        Assert.Equal(before.Group, pool.Of("lobby")!.Group);
    }

    private static GroupAddress? With(string name, MulticastOptions options)
    {
        GroupPool pool = new();
        pool.Set(name, options);
        return pool.Of(name);
    }
}
