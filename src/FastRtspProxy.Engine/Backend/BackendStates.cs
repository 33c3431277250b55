namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// The moves that a session with a camera may make. TEARDOWN may follow DESCRIBE: some cameras hand out their session's id with its answer.
/// </summary>
internal static class BackendStates
{
    /// <summary>Every state that may follow <paramref name="from"/>.</summary>
    public static ReadOnlySpan<BackendState> From(BackendState from) => from switch
    {
        BackendState.Created => [BackendState.Connecting, BackendState.Closed],
        BackendState.Connecting => [BackendState.Describing, BackendState.Closed],
        BackendState.Describing => [BackendState.Connecting, BackendState.Described, BackendState.TearingDown, BackendState.Closed],

        // Describing again: the description was too old.
        BackendState.Described => [BackendState.SettingUp, BackendState.Describing, BackendState.TearingDown, BackendState.Closed],
        BackendState.SettingUp => [BackendState.SetUp, BackendState.TearingDown, BackendState.Closed],
        BackendState.SetUp => [BackendState.Starting, BackendState.TearingDown, BackendState.Closed],
        BackendState.Starting => [BackendState.Playing, BackendState.TearingDown, BackendState.Closed],
        BackendState.Playing => [BackendState.Pausing, BackendState.TearingDown, BackendState.Closed],
        BackendState.Pausing => [BackendState.Paused, BackendState.Playing, BackendState.Starting, BackendState.TearingDown, BackendState.Closed],
        BackendState.Paused => [BackendState.Starting, BackendState.TearingDown, BackendState.Closed],
        BackendState.TearingDown => [BackendState.Closed],
        _ => [],
    };

    /// <summary>
    /// True where no request of the dialogue is under way, so that keep-alives are asked for, and their answers tell how the camera is.
    /// </summary>
    public static bool IsAtRest(BackendState state) =>
        state is BackendState.Described or BackendState.SetUp or BackendState.Playing or BackendState.Paused;

    /// <summary>True where that move exists.</summary>
    public static bool CanMove(BackendState from, BackendState to)
    {
        foreach (BackendState next in From(from))
        {
            if (next == to)
            {
                return true;
            }
        }

        return false;
    }
}
