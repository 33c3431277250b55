using System.Globalization;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>The Date header, RFC 1123: `Sun, 22 Nov 2026 10:22:09 GMT`.</summary>
public static class RtspDate
{
    public static string Format(DateTimeOffset utc) => utc.ToUniversalTime().ToString("R", CultureInfo.InvariantCulture);
}
