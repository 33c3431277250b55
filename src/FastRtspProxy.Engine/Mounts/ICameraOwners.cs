namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Who reads the camera of each stream, where several boxes share them: one of them owns the stream and reads it, the others take it from that box.
/// Any thread.
/// </summary>
internal interface ICameraOwners
{
    /// <summary>A mount begins; it follows until it lets go.</summary>
    /// <param name="stream">Its name.</param>
    /// <param name="stopsWhenAlone"><see cref="StreamOptions.StopsWhenAlone"/>.</param>
    /// <param name="changed">Called whenever <see cref="ICameraOwner.Now"/> is another one; any thread, and it must not block.</param>
    ICameraOwner Follow(string stream, bool stopsWhenAlone, Action changed);
}
