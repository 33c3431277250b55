using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Ends of sessions that nobody misses. Pure.</summary>
internal static class QuietEnd
{
    /// <summary>A camera that closes a connection on which it holds no session has lost nothing, and nor have we.</summary>
    public static bool IsIdleClose(BackendFailure failure, StreamState state, bool wantCamera) =>
        failure.Kind == BackendFailureKind.ConnectionLost && state == StreamState.Ready && !wantCamera;

    /// <summary>A camera that ends a session which it keeps paused for nobody saves us the TEARDOWN.</summary>
    public static bool IsForgottenPause(BackendFailure failure, StreamState state, bool wantCamera) =>
        failure.Kind is BackendFailureKind.ConnectionLost or BackendFailureKind.KeepAliveRefused or BackendFailureKind.NoAnswer
            && state == StreamState.Resting && !wantCamera;
}
