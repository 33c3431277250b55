namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>No member of an etcd gave an answer that helps; the message says why, without passwords.</summary>
internal sealed class EtcdException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The members answer, and say no: asking the next one does not help.</summary>
    public bool IsRefusal { get; init; }
}
