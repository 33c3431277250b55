using System.Net;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>A viewer's place among all. Its state changes in <see cref="SessionPlaces"/> only.</summary>
/// <param name="client">Where it comes from.</param>
/// <param name="mount">What it watches.</param>
/// <param name="session">Whose it is; null: a live viewer's, which plays from the start.</param>
internal sealed class SessionPlace(IPAddress client, string mount, Session? session)
{
    /// <summary>Whose it counts as.</summary>
    public AddressGroup Address { get; } = AddressGroup.Of(client);

    public string Mount => mount;

    /// <summary>True from when the place was taken until the session has ended or had to make room: so long it counts in the limits.</summary>
    internal bool IsCounted { get; set; }

    /// <summary>Among all that wait for their PLAY; null: it was played, or is about to be.</summary>
    internal WaitingList<SessionPlace>.Entry? Waiting { get; set; }

    /// <summary>The same among those of its mount.</summary>
    internal WaitingList<SessionPlace>.Entry? WaitingOfMount { get; set; }

    /// <summary>It was given away: its session, which was never played, ends. Any thread.</summary>
    public void MakeRoom() => session?.Shard.Post(() => session.End(SessionEnd.MadeRoom));
}
