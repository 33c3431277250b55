using System.Net;
using FastRtspProxy.Net;

namespace FastRtspProxy.Operations.Http;

/// <summary>How many connections are open at one kind of doorway, in all and from each address. Any thread.</summary>
/// <param name="most">In all.</param>
/// <param name="ofOne">From one address.</param>
/// <param name="kept">Of all, for this machine: however many strangers come, it can ask whether we live.</param>
internal sealed class HttpPlaces(int most, int ofOne, int kept)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<AddressGroup, int> _byAddress = [];
    private int _count;

    /// <summary>Open connections.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>False: there is no place for one more.</summary>
    public bool TryTake(IPAddress address)
    {
        AddressGroup group = AddressGroup.Of(address);
        lock (_lock)
        {
            int own = _byAddress.GetValueOrDefault(group);
            if (_count >= (IPAddress.IsLoopback(address) ? most : most - kept) || own >= ofOne)
            {
                return false;
            }

            _byAddress[group] = own + 1;
            _count++;
            return true;
        }
    }

    public void Leave(IPAddress address)
    {
        AddressGroup group = AddressGroup.Of(address);
        lock (_lock)
        {
            int own = _byAddress[group];
            _count--;
            if (own == 1)
            {
                _byAddress.Remove(group);
            }
            else
            {
                _byAddress[group] = own - 1;
            }
        }
    }
}
