namespace FastRtspProxy.Operations.Cluster;

/// <summary>Hears what an engine hears. Any thread, one call at a time; it must not block.</summary>
internal interface IOwnershipWatch
{
    /// <summary>All of it, at the start and whenever the thread was lost.</summary>
    void OnSnapshot(OwnershipSnapshot snapshot);

    /// <summary>A box came, or changed; null in its place: it went.</summary>
    void OnMember(string node, ClusterMember? member);

    /// <summary>A stream has another owner, or none.</summary>
    /// <param name="stream">Its name.</param>
    /// <param name="owner">Null: none.</param>
    /// <param name="revision">When; what is older than what is known is ignored.</param>
    void OnOwner(string stream, OwnerRecord? owner, long revision);

    /// <summary>A stream that the API made: encrypted; null: it was removed.</summary>
    void OnStream(string name, byte[]? content);

    /// <summary>The engine has heard this box: what it owns it owns on.</summary>
    /// <param name="sent">When the message was sent that was answered, as a time stamp of the clock.</param>
    void OnRenewed(long sent);

    /// <summary>The engine does not answer, or answers again.</summary>
    void OnEngine(bool isUp, string reason);

    /// <summary>The engine has taken what this box owned: it has to be claimed anew.</summary>
    void OnExpired();
}
