namespace FastRtspProxy.SimulatedCamera.Faults;

/// <summary>A camera that thinks before it acts: requests wait, one after the other, as in a camera that has one thread for them.</summary>
/// <param name="By">How long each request waits before anything is done about it.</param>
/// <param name="Method">The only method that is slow; null: all are.</param>
internal readonly record struct SlowAnswers(TimeSpan By, string? Method)
{
    /// <summary>How long a request of this method waits.</summary>
    public TimeSpan Of(string method) => Method is null || Method == method ? By : TimeSpan.Zero;
}
