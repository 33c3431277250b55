namespace FastRtspProxy.Engine.Backend;

/// <summary>How a session ended, as far as keep-alives may have to do with it.</summary>
/// <param name="Method">The last OPTIONS or keep-alive that was sent in it; null: none.</param>
/// <param name="SinceSent">From then to the end of the media or the connection, whichever came first.</param>
/// <param name="SincePlay">From the answer to PLAY to that end.</param>
/// <param name="Timeout">The session's time-out.</param>
internal readonly record struct KeepAliveLoss(string? Method, TimeSpan SinceSent, TimeSpan SincePlay, TimeSpan Timeout);
