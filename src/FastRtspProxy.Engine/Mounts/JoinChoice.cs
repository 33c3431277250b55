namespace FastRtspProxy.Engine.Mounts;

/// <summary>Where a client is to begin.</summary>
/// <param name="Place">Where.</param>
/// <param name="Otherwise">
/// Where, if the past is not to be had: it is not kept, or the budget of catch-up is used up. As <paramref name="Place"/>, unless that is the past.
/// </param>
/// <param name="WaitMicrosMax">How long the next random access point is waited for; null: as long as anybody waits.</param>
internal readonly record struct JoinChoice(JoinPlace Place, JoinPlace Otherwise, long? WaitMicrosMax)
{
    /// <summary>
    /// Of several random access points one that is about a second old is better than the newest: the client looks at so much before it shows any.
    /// </summary>
    public bool IsForProbing { get; init; }

    /// <summary>The past is sent at its own pace, and all that follows as much later than it comes.</summary>
    public bool IsDelayed { get; init; }

    /// <summary>With whatever comes next.</summary>
    public static JoinChoice Live => new(JoinPlace.Live, JoinPlace.Live, null);
}
