using System.Threading.Channels;

namespace FastRtspProxy.Operations.Reload;

/// <summary>
/// Has files read again when somebody asks for it, and when they have changed: those of the configuration, those of certificates. Once a second it
/// looks whether they have: that finds what notifications miss (renames over a file, turned links, network and overlay file systems), for a few
/// system calls a second, and for nothing when there are none.
/// </summary>
internal sealed class FileWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;

    /// <summary>Rung by the timer and by hang-ups. One ring waits at the most: whoever takes it looks at both.</summary>
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>1 from a hang-up until it is acted upon. Exchanged: both sides see it with a full fence, before and behind the bell.</summary>
    private int _hungUp;

    /// <summary>Set once, before the bell is completed; whoever takes what was rung before sees it.</summary>
    private volatile bool _isOver;
    private ITimer? _timer;
    private Task _looking = Task.CompletedTask;

    public FileWatch(TimeProvider time)
    {
        _time = time;
    }

    /// <summary>A hang-up, or another reason to read them; before <see cref="Start"/> it is kept. Any thread, a signal's too.</summary>
    public void OnHangUp()
    {
        Interlocked.Exchange(ref _hungUp, 1);
        _bell.Writer.TryWrite(true);
    }

    /// <summary>Begins to look, once.</summary>
    /// <param name="known">The files that were read, each as it was just before: one that changes while it is read has changed.</param>
    /// <param name="read">Reads again, one call at a time; tells what it read, as above. It does not throw.</param>
    public void Start(IReadOnlyList<FileStamp> known, Func<ReloadCause, Task<IReadOnlyList<FileStamp>>> read)
    {
        _timer = _time.CreateTimer(static bell => ((ChannelWriter<bool>)bell!).TryWrite(true), _bell.Writer, s_interval, s_interval);
        _looking = Task.Run(() => LookAsync(known, read));
    }

    /// <summary>From now on nothing is read again; a reload that goes on is not waited for. Any thread.</summary>
    public void Stop()
    {
        _isOver = true;
        _bell.Writer.TryComplete();
    }

    /// <summary>Over when nothing is looked at any more; a reload that goes on is waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        if (_timer is { } timer)
        {
            await timer.DisposeAsync();
        }

        await _looking;
    }

    private async Task LookAsync(IReadOnlyList<FileStamp> known, Func<ReloadCause, Task<IReadOnlyList<FileStamp>>> read)
    {
        SettledChange settled = new(known);
        await foreach (bool _ in _bell.Reader.ReadAllAsync())
        {
            if (_isOver)
            {
                return; // rung before the end, and taken behind it
            }

            bool hungUp = Interlocked.Exchange(ref _hungUp, 0) != 0;
            if (hungUp || settled.Look([.. known.Select(static stamp => FileStamp.Of(stamp.Path))]))
            {
                known = await read(hungUp ? ReloadCause.HangUp : ReloadCause.FileChanged);
                settled = new SettledChange(known);
            }
        }
    }
}
