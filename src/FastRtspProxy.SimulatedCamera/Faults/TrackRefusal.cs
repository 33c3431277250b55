namespace FastRtspProxy.SimulatedCamera.Faults;

/// <summary>SETUP of one kind of track fails, the others are as they should be.</summary>
/// <param name="MediaType">`video`, `audio` or `application`, as in the SDP's m-line.</param>
/// <param name="Status">What is answered, 400 to 599; <see cref="Silent"/>: nothing.</param>
internal readonly record struct TrackRefusal(string MediaType, int Status)
{
    /// <summary>The request is never answered.</summary>
    public const int Silent = 0;
}
