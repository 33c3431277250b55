namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What says which box owns which stream.</summary>
internal enum ClusterEngineKind
{
    /// <summary>Leases and transactions of an etcd.</summary>
    Etcd,

    /// <summary>A list of boxes that ask each other: for two boxes and for tests, without fencing.</summary>
    Static,
}
