using System.Diagnostics.CodeAnalysis;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>What became of a request: an answer, or why there is none.</summary>
internal readonly record struct RtspReply(RtspMessage? Message, BackendFailure? Failure)
{
    /// <summary>True with an answer, whatever its status.</summary>
    [MemberNotNullWhen(true, nameof(Message))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool HasAnswer => Message is not null;

    /// <summary>The status, or 0 without an answer.</summary>
    public int Status => Message?.StatusCode ?? 0;

    /// <summary>The camera is to be asked elsewhere.</summary>
    public bool IsRedirect => Status is 301 or 302 or 303 or 305 or 307 or 308;

    /// <summary>True for 2xx.</summary>
    [MemberNotNullWhen(true, nameof(Message))]
    public bool IsOk => Message is { StatusCode: >= 200 and < 300 };
}
