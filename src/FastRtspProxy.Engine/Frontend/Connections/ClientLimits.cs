namespace FastRtspProxy.Engine.Frontend;

/// <summary>The places of connections and of clients (sessions), over all shards. Touched when one comes, plays and goes, never by media.</summary>
internal sealed class ClientLimits(ProxyOptions options)
{
    /// <inheritdoc cref="SessionPlaces"/>
    public SessionPlaces SessionPlaces { get; } = new(options.MaxClients, options.ClientsPerAddress, options.MaxClientsPerMount);

    /// <inheritdoc cref="ConnectionPlaces"/>
    public ConnectionPlaces ConnectionPlaces { get; } = new(
        FrontendLimits.ConnectionsFor(options.MaxClients),
        FrontendLimits.ConnectionsFor(options.ClientsPerAddress),
        options.MaxClientsPerAddress is not null);

    public int Connections => ConnectionPlaces.Count;

    public int Clients => SessionPlaces.Count;
}
