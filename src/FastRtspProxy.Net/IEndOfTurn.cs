namespace FastRtspProxy.Net;

/// <summary>Something that wants to run once after all ready descriptors of a turn were handled.</summary>
internal interface IEndOfTurn
{
    /// <summary>Runs on the shard, once for each time that it was asked for (several asks in one turn are one).</summary>
    void OnEndOfTurn();
}
