namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What a role may allow.</summary>
internal enum AccessRight
{
    /// <summary>Watch.</summary>
    Read,

    /// <summary>Look at the API and the metrics.</summary>
    Status,

    /// <summary>Change things by the API.</summary>
    Api,

    /// <summary>REGISTER streams.</summary>
    Register,

    /// <summary>Send sound to cameras.</summary>
    Talk,
}
