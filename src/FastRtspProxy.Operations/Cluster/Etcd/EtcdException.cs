namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>No member of an etcd gave an answer that helps; the message says why, without passwords.</summary>
internal sealed class EtcdException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The members answer, and say no: asking the next one does not help.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>A lease, or what else was meant, is not there any more; with <see cref="IsRefusal"/>.</summary>
    public bool IsGone { get; init; }

    /// <summary>Another box has this one's name: somebody has to change a configuration.</summary>
    public bool IsNameTaken { get; init; }
}
