using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Http;

/// <summary>One address where HTTP is served.</summary>
internal sealed class HttpDoor(ListenPoint point, TcpPort port, HttpDoorway doorway, bool isSecure)
{
    /// <summary>Replaced as a whole by a reload: a connection that is accepted has the one or the other.</summary>
    private volatile HttpDoorKind _kind = new(doorway, isSecure);

    /// <summary>As the configuration has it.</summary>
    public ListenPoint Point => point;

    public TcpPort Port => port;

    /// <summary>What a connection that is accepted now may ask for, and how it begins.</summary>
    public HttpDoorKind Kind
    {
        get => _kind;
        set => _kind = value;
    }
}
