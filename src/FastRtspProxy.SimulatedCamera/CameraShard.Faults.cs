using FastRtspProxy.Net;
using FastRtspProxy.SimulatedCamera.Faults;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>What goes wrong at a point in time.</summary>
internal sealed partial class CameraShard
{
    private readonly List<ShardTimer> _faultTimers = [];
    private readonly ShardTimer _stallEnd;
    private readonly ShardTimer _videoSilenceEnd;
    private readonly Action<TimeSpan> _reboot;

    /// <summary>Video is not sent, in whichever session; set and ended by the clock, and it outlives a reboot.</summary>
    public bool IsVideoSilent { get; private set; }

    private void ScheduleFaults()
    {
        foreach (TimedFault fault in Options.Faults.Timed)
        {
            Schedule(fault, fault.At);
        }
    }

    private void StopFaults()
    {
        _stallEnd.Stop();
        _videoSilenceEnd.Stop();
        _faultTimers.ForEach(timer => timer.Stop());
    }

    private void Schedule(TimedFault fault, TimeSpan due)
    {
        ShardTimer? timer = null;
        timer = Shard.CreateTimer(() =>
        {
            _faultTimers.Remove(timer!);
            Strike(fault);
            if (fault.Every > TimeSpan.Zero)
            {
                Schedule(fault, fault.Every);
            }
        });
        _faultTimers.Add(timer);
        timer.Start(due);
    }

    private void Strike(TimedFault fault)
    {
        switch (fault.Kind)
        {
            case TimedFaultKind.Stall:
                Array.ForEach(_runners, runner => runner.IsStalled = true);
                _stallEnd.Start(fault.Duration);
                break;
            case TimedFaultKind.Bye:
                foreach (CameraSession session in _sessions.Values.Where(session => session.IsPlaying))
                {
                    session.SayBye();
                    session.Pause();
                }

                break;
            case TimedFaultKind.Close:
                foreach (CameraConnection connection in _connections.ToArray())
                {
                    connection.Close();
                }

                break;
            case TimedFaultKind.VideoSilent:
                IsVideoSilent = true;
                if (fault.Duration != Timeout.InfiniteTimeSpan)
                {
                    _videoSilenceEnd.Start(fault.Duration);
                }

                break;
            case TimedFaultKind.VideoSilentInSessions:
                foreach (CameraSession session in _sessions.Values.Concat(_groups.OfType<CameraSession>()))
                {
                    session.IsVideoSilent = true;
                }

                break;
            case TimedFaultKind.ClockJump:
                Clock.Jump(fault.Duration);
                break;
            case TimedFaultKind.OtherCodec or TimedFaultKind.OtherSize or TimedFaultKind.NoAudio:
                BeginAnew();
                Options = Options with { Streams = [.. Options.Streams.Select(stream => stream.Changed(fault.Kind))] };
                _runners = MakeRunners();
                Array.Clear(_groups);
                break;
            default:
                _reboot(fault.Duration);
                BeginAnew();
                break;
        }
    }

    private void BeginAnew()
    {
        _generation++;
        DropAll(bye: false);
        Array.ForEach(_runners, runner => runner.Reset());
    }

    private void DropAll(bool bye)
    {
        foreach (CameraSession session in _sessions.Values.ToArray())
        {
            EndSession(session, bye);
        }

        foreach (CameraConnection connection in _connections.ToArray())
        {
            connection.Close();
        }
    }
}
