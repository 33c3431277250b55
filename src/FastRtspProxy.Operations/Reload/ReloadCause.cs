namespace FastRtspProxy.Operations.Reload;

/// <summary>Who wants the configuration read again.</summary>
internal enum ReloadCause
{
    /// <summary>SIGHUP.</summary>
    HangUp,

    /// <summary>The file, or one that it names, is another.</summary>
    FileChanged,

    /// <summary>A request.</summary>
    Request,
}
