namespace FastRtspProxy.Engine.Mounts;

/// <summary>The moves that a mount may make.</summary>
internal static class MountStates
{
    /// <summary>Every state that may follow <paramref name="from"/>.</summary>
    public static ReadOnlySpan<MountState> From(MountState from) => from switch
    {
        MountState.New => [MountState.Opening, MountState.Stopped],
        MountState.Opening => [MountState.Ready, MountState.Holding, MountState.Down, MountState.Stopped],
        MountState.Down => [MountState.Opening, MountState.Ready, MountState.Starting, MountState.Stopped],
        MountState.Ready => [MountState.Starting, MountState.Holding, MountState.Opening, MountState.Down, MountState.Stopped],
        MountState.Starting => [MountState.Ready, MountState.Playing, MountState.Opening, MountState.Holding, MountState.Down, MountState.Stopped],
        // Ready follows the end of a programme, and a camera that was let go.
        MountState.Playing => [MountState.Lingering, MountState.Ready, MountState.Holding, MountState.Down, MountState.Opening, MountState.Stopped],

        // A client may join while the camera is being let go, and the camera be lost in that moment: so Holding follows these, and Opening, too.
        MountState.Lingering =>
            [
                MountState.Playing, MountState.Resting, MountState.Ready, MountState.Holding, MountState.Opening, MountState.Down, MountState.Stopped,
            ],
        MountState.Resting => [MountState.Starting, MountState.Ready, MountState.Holding, MountState.Opening, MountState.Down, MountState.Stopped],
        MountState.Holding => [MountState.Starting, MountState.Down, MountState.Stopped],
        _ => [],
    };

    /// <summary>True where that move exists.</summary>
    public static bool CanMove(MountState from, MountState to)
    {
        foreach (MountState next in From(from))
        {
            if (next == to)
            {
                return true;
            }
        }

        return false;
    }
}
