using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine;

/// <summary>
/// What is waited for on the machine's clock where a test says nothing else: longer than any program stands still on a machine that has other work, so that only what the test is about runs out.
/// A test with a clock of its own takes the engine's.
/// </summary>
internal static class PatientTimings
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(1);

    public static BackendTimings OfBackend => new()
    {
        Connect = s_long,
        Answer = s_long,
        ShortAnswer = s_long,
        SilentTrack = s_long,
        UdpSilence = s_long,
        DeadStream = s_long,
        ReceiverReport = s_long,
        Teardown = s_long,
    };

    public static MountTimings OfMount => new() { Linger = s_long, Hold = s_long, Join = s_long, OtherSource = s_long, SenderReport = s_long };
}
