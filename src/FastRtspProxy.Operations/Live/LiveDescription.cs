namespace FastRtspProxy.Operations.Live;

/// <summary>The text message of the live picture: what the binary ones after it hold.</summary>
/// <param name="Viewer">The id by which it can be ended.</param>
/// <param name="Video">Null: the stream has no pictures.</param>
/// <param name="Audio">Null: the stream has no sound.</param>
internal sealed record LiveDescription(string Viewer, LiveVideo? Video, LiveAudio? Audio);
