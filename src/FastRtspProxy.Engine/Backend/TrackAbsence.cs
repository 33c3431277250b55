namespace FastRtspProxy.Engine.Backend;

/// <summary>Why a track that the camera describes is not there.</summary>
internal enum TrackAbsence
{
    /// <summary>Its SETUP was refused. It is asked for with each session: that costs nothing.</summary>
    Refused,

    /// <summary>Its SETUP was not answered, or ended the connection. Asking costs seconds, or the session: once an hour is enough.</summary>
    Silent,
}
