namespace FastRtspProxy.Engine.Status;

/// <summary>What states are called outside: in the API, in metrics.</summary>
internal static class StreamStates
{
    private static readonly string[] s_names =
    [
        "new", "opening", "down", "ready", "starting", "playing", "lingering", "resting", "holding", "stopped",
    ];

    /// <summary>Those that a stream may be told to stand at, in the order of the states.</summary>
    public static IReadOnlyList<StreamState> Told { get; } = [.. Enum.GetValues<StreamState>().Where(static state => state != StreamState.New)];

    /// <summary>In small letters.</summary>
    public static string NameOf(StreamState state) => s_names[(int)state];

    /// <summary>What is told of a state: nobody needs to know that a stream was made a moment ago.</summary>
    public static StreamState ToldOf(StreamState state) => state == StreamState.New ? StreamState.Opening : state;
}
