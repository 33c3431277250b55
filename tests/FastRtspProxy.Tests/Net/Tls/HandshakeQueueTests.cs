using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Tests.Net.Tls;

/// <summary>Whose step a thread of handshakes computes next.</summary>
public sealed class HandshakeQueueTests
{
    private readonly HandshakeQueue _queue = new();
    private readonly List<string> _run = [];

    [Fact]
    public void TryTake_OneAddressHasMany_TheOthersTakeTheirTurnsBetween()
    {
        foreach (string step in (string[])["1a", "1b", "1c", "1d", "2a", "3a", "3b"])
        {
            Add(step);
        }

        Assert.Equal(7, _queue.Count);
        Assert.Equal(["1a", "2a", "3a", "1b", "3b", "1c", "1d"], RunAll());
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void TryTake_AnAddressThatComesAgain_ComesBehindThoseThatWait()
    {
        Add("1a");
        Add("2a");
        RunOne();
        Add("1b");
        Add("3a");

        Assert.Equal(["1a", "2a", "1b", "3a"], RunAll());
    }

    /// <summary>Addresses of one /64 are one household.</summary>
    [Fact]
    public void TryTake_AddressesOfOneGroup_ShareATurn()
    {
        _queue.Add(AddressGroup.Of(IPAddress.Parse("2001:db8::1")), () => _run.Add("a"));
        _queue.Add(AddressGroup.Of(IPAddress.Parse("2001:db8::2")), () => _run.Add("b"));
        _queue.Add(AddressGroup.Of(IPAddress.Parse("2001:db8:1::1")), () => _run.Add("c"));

        Assert.Equal(["a", "c", "b"], RunAll());
    }

    private void Add(string step) => _queue.Add(AddressGroup.Of(IPAddress.Parse("192.0.2." + step[0])), () => _run.Add(step));

    private void RunOne()
    {
        Assert.True(_queue.TryTake(out Action? step));
        step();
    }

    private List<string> RunAll()
    {
        while (_queue.TryTake(out Action? step))
        {
            step();
        }

        return _run;
    }
}
