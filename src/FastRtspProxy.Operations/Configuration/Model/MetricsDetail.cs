namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>Which streams have series of their own.</summary>
internal enum MetricsDetail
{
    /// <summary>None: one sum for all.</summary>
    None,

    /// <summary>Those of the configuration and the API; those whose names clients invent are summed up.</summary>
    Configured,

    /// <summary>Each of them.</summary>
    All,
}
