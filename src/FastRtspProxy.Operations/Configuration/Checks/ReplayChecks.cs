using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>
/// A recorder's viewers share nothing: what a stream says beside <c>replay: true</c> of what is shared would be believed, and is refused.
/// </summary>
internal static class ReplayChecks
{
    private const string EachOwn = "with replay: true each viewer has a session of its own with the recorder";

    /// <summary>Keys that mean something only where viewers share a camera; true where the stream says more than that it does not want it.</summary>
    private static readonly (string Key, Func<StreamConfig, bool> IsWanted, string Why)[] s_shared =
    [
        ("alwaysOn", static stream => stream.AlwaysOn, $"{EachOwn}: there is nothing to pull for nobody; take it out"),
        ("hold", static _ => true, $"{EachOwn}, which ends with the recorder's: nobody is held; take it out"),
        ("dead", static _ => true, "a replay may be silent for as long as its viewer pauses it; take it out"),
        ("start", static _ => true, "where a replay begins is its viewer's to say (Range); take it out"),
        ("keep", static _ => true, $"{EachOwn}: nothing is kept for others; take it out"),
        ("keyFrameRequests", static stream => stream.KeyFrameRequests == true, "the recorder is asked by its viewers alone; take it out"),
        ("multicast", static stream => stream.Multicast.IsOn, $"{EachOwn}: there is nothing to send to a group; take it out"),
        ("backChannel", static stream => stream.BackChannel, "a recorder does not hear: take one of the two out"),
        ("singleSession", static stream => stream.SingleSession, $"{EachOwn}: say maxViewers: 1 in its place"),
        ("whenAlone", static stream => stream.WhenAlone is not null, "every box of a cluster asks the recorder for its own viewers; take it out"),
    ];

    /// <inheritdoc cref="ReplayChecks"/>
    public static void Run(StreamConfig stream, string path, ConfigReading reading)
    {
        if (!stream.Replay)
        {
            return;
        }

        if (stream.Sources.Count > 1)
        {
            Refuse(reading, $"{path}.sources", $"{EachOwn}, and a session cannot go on at another one: name one source");
        }

        foreach ((string key, Func<StreamConfig, bool> isWanted, string why) in s_shared)
        {
            if (reading.HasMet($"{path}.{key}") && isWanted(stream))
            {
                Refuse(reading, $"{path}.{key}", why);
            }
        }
    }

    private static void Refuse(ConfigReading reading, string key, string why) => reading.Error(reading.PlaceOf(key), key, why);
}
