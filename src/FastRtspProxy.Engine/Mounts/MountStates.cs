using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>The moves that a mount may make.</summary>
internal static class MountStates
{
    /// <summary>Every state that may follow <paramref name="from"/>.</summary>
    public static ReadOnlySpan<StreamState> From(StreamState from) => from switch
    {
        StreamState.New => [StreamState.Opening, StreamState.Stopped],
        StreamState.Opening => [StreamState.Ready, StreamState.Holding, StreamState.Down, StreamState.Stopped],
        StreamState.Down => [StreamState.Opening, StreamState.Ready, StreamState.Starting, StreamState.Stopped],
        StreamState.Ready => [StreamState.Starting, StreamState.Holding, StreamState.Opening, StreamState.Down, StreamState.Stopped],
        StreamState.Starting =>
            [
                StreamState.Ready, StreamState.Playing, StreamState.Opening, StreamState.Holding, StreamState.Down, StreamState.Stopped,
            ],
        // Ready follows the end of a programme, and a camera that was let go.
        StreamState.Playing =>
            [
                StreamState.Lingering, StreamState.Ready, StreamState.Holding, StreamState.Down, StreamState.Opening, StreamState.Stopped,
            ],

        // A client may join while the camera is being let go, and the camera be lost in that moment: so Holding follows these, and Opening, too.
        StreamState.Lingering =>
            [
                StreamState.Playing, StreamState.Resting, StreamState.Ready, StreamState.Holding, StreamState.Opening,
                StreamState.Down, StreamState.Stopped,
            ],
        StreamState.Resting =>
            [
                StreamState.Starting, StreamState.Ready, StreamState.Holding, StreamState.Opening, StreamState.Down, StreamState.Stopped,
            ],
        StreamState.Holding => [StreamState.Starting, StreamState.Down, StreamState.Stopped],
        _ => [],
    };

    /// <summary>True where that move exists.</summary>
    public static bool CanMove(StreamState from, StreamState to)
    {
        foreach (StreamState next in From(from))
        {
            if (next == to)
            {
                return true;
            }
        }

        return false;
    }
}
