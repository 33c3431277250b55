using System.Net;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>A session's place among all. Its state changes in <see cref="SessionPlaces"/> only.</summary>
internal sealed class SessionPlace(Session session)
{
    public Session Session => session;

    /// <summary>Whose it counts as.</summary>
    public AddressGroup Address { get; } = AddressGroup.Of(session.ClientAddress);

    public string Mount => session.Mount.Name;

    /// <summary>True from when the place was taken until the session has ended or had to make room: so long it counts in the limits.</summary>
    internal bool IsCounted { get; set; }

    /// <summary>Among all that wait for their PLAY; null: it was played, or is about to be.</summary>
    internal WaitingList<SessionPlace>.Entry? Waiting { get; set; }

    /// <summary>The same among those of its mount.</summary>
    internal WaitingList<SessionPlace>.Entry? WaitingOfMount { get; set; }
}
