using FastRtspProxy.Net;
using FastRtspProxy.Operations.Reload;

namespace FastRtspProxy.Tests.Operations.Reload;

/// <summary>A change counts when two looks in a row find it.</summary>
public sealed class SettledChangeTests
{
    [Fact]
    public void Look_NothingNew_IsNoChange()
    {
        SettledChange change = new([Stamp(1)]);

        Assert.False(change.Look([Stamp(1)]));
        Assert.False(change.Look([Stamp(1)]));
    }

    [Fact]
    public void Look_NewAndAtRest_IsOneChange()
    {
        SettledChange change = new([Stamp(1)]);

        bool[] looks = [change.Look([Stamp(2)]), change.Look([Stamp(2)]), change.Look([Stamp(2)])];

        Assert.Equal([false, true, false], looks);
    }

    /// <summary>An editor that writes in place, or a slow copy.</summary>
    [Fact]
    public void Look_StillGrowing_WaitsForItsRest()
    {
        SettledChange change = new([Stamp(1)]);

        bool[] looks = [change.Look([Stamp(2)]), change.Look([Stamp(3)]), change.Look([Stamp(4)]), change.Look([Stamp(4)])];

        Assert.Equal([false, false, false, true], looks);
    }

    [Fact]
    public void Look_ThereAndBackAgain_IsNoChange()
    {
        SettledChange change = new([Stamp(1)]);

        bool[] looks = [change.Look([Stamp(2)]), change.Look([Stamp(1)]), change.Look([Stamp(1)])];

        Assert.Equal([false, false, false], looks);
    }

    [Fact]
    public void Look_OneOfSeveral_IsAChange()
    {
        SettledChange change = new([Stamp(1, "a"), Stamp(1, "b")]);

        bool[] looks = [change.Look([Stamp(1, "a"), Stamp(2, "b")]), change.Look([Stamp(1, "a"), Stamp(2, "b")])];

        Assert.Equal([false, true], looks);
    }

    private static FileStamp Stamp(long bytes, string path = "file") => new(path, new FileIdentity(1, 2, (ulong)bytes, 3, 4));
}
