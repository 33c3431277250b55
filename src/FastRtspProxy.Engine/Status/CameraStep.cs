namespace FastRtspProxy.Engine.Status;

/// <summary>A step of the dialogue with a camera.</summary>
/// <param name="At">When; of one that came again, the last time.</param>
/// <param name="Kind">What.</param>
/// <param name="Text">For people, without credentials: where to, what was found, why. May be empty.</param>
public sealed record CameraStep(DateTimeOffset At, CameraStepKind Kind, string Text)
{
    /// <summary>So many attempts in a row ended so.</summary>
    public int Times { get; init; } = 1;

    /// <summary>When the first of them did.</summary>
    public DateTimeOffset Since { get; init; } = At;
}
