namespace FastRtspProxy.Engine.Access;

/// <summary>What somebody may do.</summary>
[Flags]
public enum AccessRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Watch streams.</summary>
    Read = 1,

    /// <summary>Ask the API and the metrics (GET).</summary>
    Status = 2,

    /// <summary>Change things by the API.</summary>
    Api = 4,

    /// <summary>REGISTER and DEREGISTER streams.</summary>
    Register = 8,

    /// <summary>Send sound to cameras, by streams that one may watch.</summary>
    Talk = 16,
}
