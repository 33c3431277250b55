using System.Globalization;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// What a track has lost, by where: in the camera (gaps in its own numbers over TCP), in this machine's kernel (SO_RXQ_OVFL), on the way (the other
/// gaps over UDP). Said at `-v`, with the remedy, at most once in <see cref="IntervalMicros"/> for a track. And which other sources there were (<see
/// cref="SourceChoice"/>).
/// </summary>
internal sealed class LossReport
{
    private const long IntervalMicros = 10_000_000;

    /// <summary>Viewers play on over a change of the source, so a camera that makes many of them is worth a line now and then.</summary>
    private const long ChangesIntervalMicros = 600_000_000;

    /// <summary>When the counts were last looked at, and what each was then.</summary>
    private long _saidMicros;
    private long _missing;
    private long _kernel;
    private long _late;
    private long _duplicates;
    private long _others;
    private bool _saidRival;

    /// <summary>The changes of the source that were said, and when; of no meaning while none were.</summary>
    private long _changes;
    private long _changesSaidMicros;

    /// <summary>Packets that the kernel dropped for want of receive buffer.</summary>
    public long KernelDrops { get; private set; }

    /// <summary>Packets that were lost between the camera and this machine's kernel.</summary>
    public long LostOnTheWay { get; private set; }

    /// <summary>Packets that never left the camera.</summary>
    public long CameraGaps { get; private set; }

    /// <summary>Looks at a track's counts, and says what is new.</summary>
    public void Say(ILogger log, string stream, BackendTrack track, long nowMicros)
    {
        if (nowMicros - _saidMicros < IntervalMicros)
        {
            return;
        }

        _saidMicros = nowMicros;
        SayOthers(log, stream, track, nowMicros);
        if (track.RtpSocket is not { } socket)
        {
            long gaps = Take(ref _missing, track.Lost);
            CameraGaps += gaps;
            if (gaps > 0)
            {
                BackendLog.CameraGaps(log, stream, track.Name, gaps);
            }

            return;
        }

        long kernel = Take(ref _kernel, socket.KernelDrops);
        long way = Math.Max(0, Take(ref _missing, track.Window.Missing) - kernel);
        long late = Take(ref _late, track.Window.Late);
        long duplicates = Take(ref _duplicates, track.Window.Duplicates);
        KernelDrops += kernel;
        LostOnTheWay += way;
        if (kernel > 0)
        {
            BackendLog.KernelDrops(log, stream, track.Name, kernel, socket.ReceiveBufferBytes, Net.SocketSetup.ReceiveBufferBytes);
        }

        if (way + late + duplicates > 0)
        {
            BackendLog.LostOnTheWay(log, stream, track.Name, way, late, duplicates);
        }
    }

    /// <summary>
    /// Logs once that two sources send by turns, because one of them is the wrong one; and each time how many packets of other sources were left out.
    /// </summary>
    private void SayOthers(ILogger log, string stream, BackendTrack track, long nowMicros)
    {
        long others = Take(ref _others, track.Sources.Others);
        if (track.Sources.Rival is { } rival && !_saidRival)
        {
            _saidRival = true;
            BackendLog.TwoSources(log, stream, track.Name, rival, track.Sources.Ssrc);
        }

        long changes = track.Sources.Changes;
        if (changes > _changes && (_changes == 0 || nowMicros - _changesSaidMicros >= ChangesIntervalMicros))
        {
            (_changes, _changesSaidMicros) = (changes, nowMicros);
            string times = changes == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{changes} times");
            BackendLog.SourceChanged(log, stream, track.Name, times, track.Sources.Ssrc);
        }

        if (others > 0)
        {
            BackendLog.OtherSources(log, stream, track.Name, others);
        }
    }

    private static long Take(ref long said, long now)
    {
        long delta = now - said;
        said = now;
        return Math.Max(0, delta);
    }
}
