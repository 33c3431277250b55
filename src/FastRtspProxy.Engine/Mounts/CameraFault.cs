using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Which of the few kinds that are counted and told a failure is. Pure.</summary>
internal static class CameraFault
{
    /// <inheritdoc cref="CameraFault"/>
    public static CameraFailure Of(BackendFailure failure) => failure.Kind switch
    {
        BackendFailureKind.Unreachable => Of(failure.Connect),
        BackendFailureKind.NoAnswer or BackendFailureKind.Silent => CameraFailure.Timeout,
        BackendFailureKind.Unauthorized => CameraFailure.Auth,
        BackendFailureKind.Refused or BackendFailureKind.Busy or BackendFailureKind.KeepAliveRefused => CameraFailure.Refused,
        BackendFailureKind.NotRtsp or BackendFailureKind.TooLarge => CameraFailure.Sdp,
        BackendFailureKind.BadDescription or BackendFailureKind.NoMedia => CameraFailure.Sdp,
        BackendFailureKind.BadRedirect or BackendFailureKind.Redirected => CameraFailure.Redirect,
        BackendFailureKind.WayFailed or BackendFailureKind.NoWay or BackendFailureKind.VideoSilent
            or BackendFailureKind.OtherKeys => CameraFailure.Media,
        _ => CameraFailure.Eof,
    };

    private static CameraFailure Of(ConnectFailure? failure) => failure switch
    {
        ConnectFailure.NameNotFound => CameraFailure.Dns,
        ConnectFailure.TimedOut or ConnectFailure.Unreachable => CameraFailure.Timeout,
        ConnectFailure.CertificateRefused or ConnectFailure.TlsFailed => CameraFailure.Tls,
        ConnectFailure.Other => CameraFailure.Eof,
        _ => CameraFailure.Refused,
    };
}
