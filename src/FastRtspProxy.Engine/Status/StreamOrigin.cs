namespace FastRtspProxy.Engine.Status;

/// <summary>Who made a stream.</summary>
public enum StreamOrigin
{
    /// <summary>The configuration: the file, the command line, the API.</summary>
    Configured,

    /// <summary>A wildcard stream, for a name that a viewer asked for.</summary>
    Wildcard,

    /// <summary>A REGISTER request.</summary>
    Registered,
}
