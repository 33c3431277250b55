namespace FastRtspProxy.Engine.Status;

/// <summary>The last failure of a stream's camera; no credentials are in it.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">One small word for decisions: timeout, refused, auth, dns, tls, eof, sdp, media, redirect.</param>
/// <param name="Text">For people.</param>
public sealed record StreamFailure(DateTimeOffset At, string Kind, string Text);
