using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What a recorder answered.</summary>
/// <param name="Status">For the viewer: the recorder's, or one in its place where there is no answer, or none that is the viewer's business.</param>
/// <param name="Message">The recorder's; null: nothing of it is passed on but the status.</param>
internal readonly record struct ReplayAnswer(int Status, RtspMessage? Message = null)
{
    /// <summary>There is nobody to ask any more.</summary>
    public static ReplayAnswer Gone => new(RtspStatus.SessionNotFound);

    /// <summary>True for 2xx.</summary>
    public bool IsOk => Status is >= 200 and < 300;
}
