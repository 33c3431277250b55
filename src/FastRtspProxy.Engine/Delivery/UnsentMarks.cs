using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// How much may wait in the kernel for the mount's TCP viewers: measured of the ring now and then, and set where it differs
/// (<see cref="UnsentMark"/>).
/// </summary>
internal sealed class UnsentMarks(PacketRing ring, Shard shard)
{
    private const long RatePauseMicros = 2_000_000;

    /// <summary>Viewers in step that get another mark in one pass: a system call each, some 0.1 ms in all.</summary>
    private const int MarksAtOnce = 256;

    /// <summary>The mark of viewers that are served from now on. Written by <see cref="MeasureRate"/> only.</summary>
    private int _unsentMarkBytes = UnsentMark.UnknownBytes;

    /// <summary>When the rate is measured next, on the shard's clock.</summary>
    private long _nextRateMicros;

    /// <summary>True while some viewer in step may have another mark than <see cref="_unsentMarkBytes"/>.</summary>
    private bool _hasOldMarks;

    /// <summary>Once a pass; does something every other second.</summary>
    public void Keep(List<TcpClass> classes)
    {
        if (classes.Count == 0)
        {
            return;
        }

        if (shard.NowMicros >= _nextRateMicros)
        {
            _nextRateMicros = shard.NowMicros + RatePauseMicros;
            MeasureRate();
        }

        if (_hasOldMarks)
        {
            MarkThoseInStep(classes);
        }
    }

    private void MeasureRate()
    {
        int wantedBytes = UnsentMark.For(ring.BytesPerSecond);
        if (UnsentMark.IsWorthSetting(_unsentMarkBytes, wantedBytes))
        {
            _unsentMarkBytes = wantedBytes;
            _hasOldMarks = true;
        }
    }

    /// <summary>Those that are behind get theirs when they are served.</summary>
    private void MarkThoseInStep(List<TcpClass> classes)
    {
        int left = MarksAtOnce;
        foreach (TcpClass channels in classes)
        {
            List<TcpViewer> viewers = channels.InStep;
            for (int i = 0; i < viewers.Count; i++)
            {
                if (viewers[i].UnsentMarkBytes != _unsentMarkBytes)
                {
                    if (left-- == 0)
                    {
                        return;
                    }

                    SetMark(viewers[i], _unsentMarkBytes);
                }
            }
        }

        _hasOldMarks = false;
    }

    /// <summary>
    /// The viewer is about to be served, or in step. One that stays far behind has no use for half a second of the stream: at its own rate that is
    /// seconds.
    /// </summary>
    public void Set(TcpViewer viewer) => SetMark(viewer, viewer.IsSlow ? Math.Min(UnsentMark.BytesMin, _unsentMarkBytes) : _unsentMarkBytes);

    /// <summary>The viewer has left: its connection may carry others.</summary>
    public static void Clear(TcpViewer viewer) => SetMark(viewer, 0);

    private static void SetMark(TcpViewer viewer, int bytes)
    {
        if (viewer.UnsentMarkBytes != bytes)
        {
            viewer.Stream.ChangeUnsentMark(bytes - viewer.UnsentMarkBytes);
            viewer.UnsentMarkBytes = bytes;
        }
    }
}
