using System.Net;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// The addresses other than the camera's whose RTP was taken and of which that was said; one for each mount, so that sessions do not repeat each
/// other.
/// </summary>
internal sealed class StandInsSaid
{
    /// <summary>A camera with more relays than this is not believed: anybody who can send to our ports could fill the log.</summary>
    private const int AddressesMax = 16;

    /// <summary>Null: none was taken.</summary>
    private HashSet<IPAddress>? _said;

    /// <summary>True once for each address.</summary>
    public bool IsNew(IPAddress address)
    {
        _said ??= [];
        return _said.Count < AddressesMax && _said.Add(address);
    }
}
