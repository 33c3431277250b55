namespace FastRtspProxy.Engine.Ingest;

/// <summary>
/// Tells the jumps of a camera's clock from steps of its media, by the pace of the track so far and by when its packets came. A burst after a stall
/// has small steps; a large one in it, where the camera dropped what it could not send, leads to what is live by now; and a track that was quiet for
/// minutes has a large one that its arrival shows. None of these is a jump. Knows neither the line of the timeline nor what is sent. Mutable, one
/// owner.
/// </summary>
internal struct JumpDetector(int clockRate)
{
    /// <summary>Numbers that go back while the time went on for so many seconds: more were lost than the half of all numbers.</summary>
    private const int LostBackSeconds = 1;

    /// <summary>Steps forward up to this are followed without a look at the arrival.</summary>
    private const int FollowedSecondsMax = 1;

    /// <summary>A step that brings a track further ahead of its fastest packet than this is a jump of the camera's clock.</summary>
    private const long LeadMicrosMax = 1_000_000;

    /// <summary>A larger step that stays behind the arrival by more than this is a jump as well.</summary>
    private const int LagSecondsMax = 5;

    /// <summary>B-frames go back by some frames; more is a jump: four times the step before, where there was one, and within these limits.</summary>
    private const int JumpBackSecondsMax = 2;

    /// <summary>The lower of these limits, as a part of a second.</summary>
    private const int JumpBackMinDivisor = 4;

    /// <summary>The arrival confirms the pace of a track when it is no further off than this part of a second.</summary>
    private const int PaceDivisor = 10;

    /// <summary>
    /// The distance from media time to arrival of the packets that came fastest: forgets, because the crystals of camera and machine drift apart.
    /// </summary>
    private WindowedMinimum _fastestMicros;

    /// <summary>A step went back since the session or the source began: the steps of the track are not its pace.</summary>
    private bool _goesBack;

    /// <summary>The newest step forward, in ticks; 0: none yet since the session or the source began.</summary>
    public long PaceTicks { get; private set; }

    /// <summary>A session begins: nothing is known of its clock and of how its packets come.</summary>
    public void BeginSession()
    {
        _fastestMicros.Clear();
        BeginSource();
    }

    /// <summary>Another source goes on in the place of the last one, by the same way.</summary>
    public void BeginSource()
    {
        PaceTicks = 0;
        _goesBack = false;
    }

    /// <summary>A step was followed.</summary>
    public void NoteStep(int stepTicks)
    {
        _goesBack |= stepTicks < 0;
        PaceTicks = stepTicks > 0 ? stepTicks : PaceTicks;
    }

    /// <summary>A packet went out with that media time.</summary>
    public void NoteArrival(long mediaMicros, long arrivalMicros) => _fastestMicros.Note(arrivalMicros - mediaMicros, arrivalMicros);

    /// <summary>True where the arrival of the next unit is about where the pace of the track puts it.</summary>
    public readonly bool ShowsPace(long elapsedTicks) =>
        !_goesBack && PaceTicks > 0 && Math.Abs(elapsedTicks - PaceTicks) <= clockRate / PaceDivisor;

    /// <summary>A step is a jump when it is large and the arrival does not show it.</summary>
    /// <param name="stepTicks">From the last timestamp to this one.</param>
    /// <param name="elapsedTicks">From the last arrival to this one.</param>
    /// <param name="placeTicks">The media time that the step leads to.</param>
    /// <param name="arrivalMicros">The packet's arrival.</param>
    public readonly bool IsJump(int stepTicks, long elapsedTicks, long placeTicks, long arrivalMicros)
    {
        if (stepTicks < 0)
        {
            long farthest = (long)JumpBackSecondsMax * clockRate;
            return -(long)stepTicks > (PaceTicks == 0 ? farthest : Math.Clamp(4 * PaceTicks, clockRate / JumpBackMinDivisor, farthest));
        }

        if (stepTicks <= FollowedSecondsMax * clockRate)
        {
            return false;
        }

        long lagMax = (long)LagSecondsMax * clockRate;
        return (_fastestMicros.Value is { } fastest
                && TrackTimeline.ToMicros(placeTicks, clockRate) - (arrivalMicros - fastest) > LeadMicrosMax)
            || (stepTicks > lagMax && elapsedTicks - stepTicks > Math.Max(lagMax, elapsedTicks / 2));
    }

    /// <summary>Numbers that do not go on, while the timestamps do: packets were lost, and decoders have to know.</summary>
    /// <param name="numberStep">From the last sequence number to this one, which is no step to a next one.</param>
    /// <param name="stepTicks">As for <see cref="IsJump"/>, with what follows.</param>
    /// <param name="elapsedTicks"><inheritdoc cref="IsJump" path="/param[@name='elapsedTicks']"/></param>
    /// <param name="placeTicks"><inheritdoc cref="IsJump" path="/param[@name='placeTicks']"/></param>
    /// <param name="arrivalMicros"><inheritdoc cref="IsJump" path="/param[@name='arrivalMicros']"/></param>
    public readonly bool IsLoss(int numberStep, int stepTicks, long elapsedTicks, long placeTicks, long arrivalMicros) =>
        stepTicks > (numberStep > 0 ? 0 : LostBackSeconds * clockRate) && !IsJump(stepTicks, elapsedTicks, placeTicks, arrivalMicros);
}
