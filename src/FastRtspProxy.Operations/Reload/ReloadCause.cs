namespace FastRtspProxy.Operations.Reload;

/// <summary>Who wants the configuration read again.</summary>
internal enum ReloadCause
{
    /// <summary>SIGHUP.</summary>
    HangUp,

    /// <summary>The file, or one that it names, is another.</summary>
    FileChanged,

    /// <summary>A request to read everything again.</summary>
    Request,

    /// <summary>A request that changes a stream; nothing else is read again.</summary>
    Api,
}
