namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// What says which box owns which stream: an engine. What it hears it tells its <see cref="IOwnershipWatch"/>. It keeps trying whatever fails, and
/// never throws for what happens outside. Any thread.
/// </summary>
internal interface IOwnership : IAsyncDisposable
{
    /// <summary>Begins; once.</summary>
    void Start(IOwnershipWatch watch);

    /// <summary>Tries to own a stream. Gives who owns it afterwards, this box or another one; null: the engine did not answer.</summary>
    /// <param name="stream">Its name.</param>
    /// <param name="previous">The box that had it last, as far as is known.</param>
    Task<OwnerRecord?> ClaimAsync(string stream, string? previous);

    /// <summary>Lets a stream go that this box owns under that epoch. False: the engine did not answer.</summary>
    Task<bool> ReleaseAsync(string stream, long epoch);
}
