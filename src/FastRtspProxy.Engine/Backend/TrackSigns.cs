namespace FastRtspProxy.Engine.Backend;

/// <summary>What one track shows of itself.</summary>
/// <param name="IsVideo">It carries pictures.</param>
/// <param name="WasHeard">Media of it came since PLAY.</param>
/// <param name="Flows">Media of it came just now.</param>
/// <param name="HasEnded">Its source has said BYE, and nothing came since.</param>
internal readonly record struct TrackSigns(bool IsVideo, bool WasHeard, bool Flows, bool HasEnded);
