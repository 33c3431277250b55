namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The places of connections and of clients (sessions), over all shards. Touched when one comes, plays and goes, never by media. Any thread.
/// </summary>
internal sealed class ClientLimits(ViewerLimits limits)
{
    /// <summary>Replaced as a whole; a release store in <see cref="Change"/> pairs with the acquire load in <see cref="Now"/>.</summary>
    private ViewerLimits _now = limits;

    /// <summary>The limits as they are; whoever needs one reads it when it needs it.</summary>
    public ViewerLimits Now => Volatile.Read(ref _now);

    /// <inheritdoc cref="SessionPlaces"/>
    public SessionPlaces SessionPlaces { get; } = new(limits.MaxClients, limits.ClientsPerAddress, limits.MaxClientsPerMount);

    /// <inheritdoc cref="ConnectionPlaces"/>
    public ConnectionPlaces ConnectionPlaces { get; } = new(
        FrontendLimits.ConnectionsFor(limits.MaxClients),
        FrontendLimits.ConnectionsFor(limits.ClientsPerAddress),
        limits.MaxClientsPerAddress is not null);

    public int Connections => ConnectionPlaces.Count;

    public int Clients => SessionPlaces.Count;

    /// <summary>Others count from now on; whoever has a place keeps it.</summary>
    public void Change(ViewerLimits to)
    {
        Volatile.Write(ref _now, to);
        SessionPlaces.Change(to.MaxClients, to.ClientsPerAddress, to.MaxClientsPerMount);
        ConnectionPlaces.Change(
            FrontendLimits.ConnectionsFor(to.MaxClients), FrontendLimits.ConnectionsFor(to.ClientsPerAddress), to.MaxClientsPerAddress is not null);
    }
}
