namespace FastRtspProxy.Engine.Frontend;

/// <summary>Which limit has no place left.</summary>
internal enum PlaceLimit
{
    /// <summary>There was a place.</summary>
    None,

    /// <summary>`--max-clients`.</summary>
    Total,

    /// <summary>`--max-clients-per-address`.</summary>
    Address,

    /// <summary>`--max-clients-per-mount`.</summary>
    Mount,

    /// <summary>The sessions of one connection.</summary>
    Connection,

    /// <summary>The descriptors that are left for clients.</summary>
    Descriptors,
}
