namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>
/// One track of a camera's stream as an endless row of units (access units, audio frames, documents), numbered from 0. A track is a pure function of
/// the unit's number: it has no position of its own, so any number of shards and sessions read it at once, and the same number always gives the same
/// bytes (but for the send time in a simulator SEI).
/// </summary>
internal abstract class MediaTrack
{
    /// <summary>`video`, `audio` or `application`, as in the SDP's m-line.</summary>
    public abstract string MediaType { get; }

    /// <summary>As in the SDP's rtpmap.</summary>
    public abstract string EncodingName { get; }

    public abstract byte PayloadType { get; }

    /// <summary>RTP ticks a second.</summary>
    public abstract int ClockRate { get; }

    /// <summary>Audio channels; 0: not said in the rtpmap.</summary>
    public virtual int Channels => 0;

    /// <summary>The SDP's fmtp parameters without the payload type; null: none.</summary>
    public virtual string? Fmtp => null;

    /// <summary>More SDP lines of the track, such as `a=framerate:25`.</summary>
    public virtual IReadOnlyList<string> SdpAttributes => [];

    /// <summary>For the SDP's `b=AS:` line, in kbit/s; 0: none.</summary>
    public virtual int BandwidthKilobits => 0;

    /// <summary>True when a receiver can only start at some units, so that a session's start waits for one.</summary>
    public virtual bool HasRandomAccessPoints => false;

    /// <summary>RTP ticks from unit 0 to this unit; never falls, and its differences are exact, so that nothing drifts.</summary>
    public abstract long UnitTicks(long unit);

    /// <summary>The first unit whose ticks are not below these.</summary>
    public abstract long FirstUnitAt(long ticks);

    /// <summary>True when a decoder can start at this unit.</summary>
    public virtual bool IsRandomAccess(long unit) => true;

    /// <summary>Appends the unit's packets, their time stamps counted from unit 0.</summary>
    public abstract void Append(RtpBatch batch, long unit, in UnitStamp stamp);
}
