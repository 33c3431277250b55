namespace FastRtspProxy.Engine.Status;

/// <summary>What happened.</summary>
public enum EngineEventKind
{
    StreamUp,
    StreamDown,
    StreamAdded,
    StreamChanged,
    StreamRemoved,
    StreamSource,
    StreamOwner,
    ViewerJoined,
    ViewerLeft,
    ViewerRefused,
}
