namespace FastRtspProxy.Engine.Backend;

/// <summary>The moves that a session with a camera may make. TEARDOWN may follow DESCRIBE: some cameras hand out their session's id with its answer.</summary>
internal static class BackEndStates
{
    /// <summary>Every state that may follow <paramref name="from"/>.</summary>
    public static ReadOnlySpan<BackEndState> From(BackEndState from) => from switch
    {
        BackEndState.Created => [BackEndState.Connecting, BackEndState.Closed],
        BackEndState.Connecting => [BackEndState.Describing, BackEndState.Closed],
        BackEndState.Describing => [BackEndState.Connecting, BackEndState.Described, BackEndState.TearingDown, BackEndState.Closed],
        BackEndState.Described => [BackEndState.SettingUp, BackEndState.Describing, BackEndState.TearingDown, BackEndState.Closed], // Describing again: it was too old
        BackEndState.SettingUp => [BackEndState.SetUp, BackEndState.TearingDown, BackEndState.Closed],
        BackEndState.SetUp => [BackEndState.Starting, BackEndState.TearingDown, BackEndState.Closed],
        BackEndState.Starting => [BackEndState.Playing, BackEndState.TearingDown, BackEndState.Closed],
        BackEndState.Playing => [BackEndState.Pausing, BackEndState.TearingDown, BackEndState.Closed],
        BackEndState.Pausing => [BackEndState.Paused, BackEndState.Playing, BackEndState.Starting, BackEndState.TearingDown, BackEndState.Closed],
        BackEndState.Paused => [BackEndState.Starting, BackEndState.TearingDown, BackEndState.Closed],
        BackEndState.TearingDown => [BackEndState.Closed],
        _ => [],
    };

    /// <summary>True where no request of the dialogue is under way, so that keep-alives are asked for, and their answers tell how the camera is.</summary>
    public static bool IsAtRest(BackEndState state) => state is BackEndState.Described or BackEndState.SetUp or BackEndState.Playing or BackEndState.Paused;

    /// <summary>True where that move exists.</summary>
    public static bool CanMove(BackEndState from, BackEndState to)
    {
        foreach (BackEndState next in From(from))
        {
            if (next == to)
            {
                return true;
            }
        }

        return false;
    }
}
