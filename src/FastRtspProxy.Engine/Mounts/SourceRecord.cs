using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Which of a mount's sources is in use, since when and why: for the log once, for counts, and for those who ask. A source is in use from its first
/// media on, until another one is. On the mount's shard.
/// </summary>
internal sealed class SourceRecord(MountSettings settings, Shard shard, IngestCounters counters, ILogger log)
{
    /// <summary>The source that delivered last; null: none has so far.</summary>
    private BackendOptions? _inUse;

    /// <summary>Why the one that is opened next will be in use.</summary>
    private SourceCause _cause;
    private string _why = "the stream was opened";

    /// <summary>Of several losses since media came last the first one is why.</summary>
    private bool _isSaid;

    /// <summary>When the one in use came to be so; null: none has.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>Why it is.</summary>
    public SourceCause Cause { get; private set; }

    /// <summary>The same in words, for people.</summary>
    public string? Why { get; private set; }

    /// <summary>Of several sources that of the settings is another one than the one that delivered last.</summary>
    public bool IsOther => settings.Sources.Count > 1 && _inUse is not null && !ReferenceEquals(_inUse, settings.Backend);

    /// <summary>Where the source in use stands in the list, from 0; below 0: none has been so far, or it was taken out of the list.</summary>
    public int InUse
    {
        get
        {
            for (int i = 0; i < settings.Sources.Count; i++)
            {
                if (ReferenceEquals(settings.Sources[i].Backend, _inUse))
                {
                    return i;
                }
            }

            return -1;
        }
    }

    /// <summary>The first media of the source that was opened is news. Looked at with each packet.</summary>
    public bool AwaitsMedia { get; private set; } = true;

    /// <summary>Another source is opened or taken from now on, because of that.</summary>
    public void OnOther(SourceCause cause, string why)
    {
        if (!_isSaid || cause != SourceCause.Lost)
        {
            _isSaid = cause == SourceCause.Lost;
            _cause = cause;
            _why = why;
        }

        AwaitsMedia = true;
    }

    /// <summary>Media of the source of the settings comes. True: of several it is another one than the one that delivered before.</summary>
    public bool OnMedia()
    {
        AwaitsMedia = false;
        _isSaid = false;
        if (settings.Relayed is not null || ReferenceEquals(settings.Backend, _inUse))
        {
            return false; // another box chooses; or it is back, and none of the others was used between
        }

        bool isFirst = _inUse is null && _cause == SourceCause.First;
        _inUse = settings.Backend;
        Since = shard.UtcNow;
        Cause = _cause;
        Why = _why;
        Note();
        if (settings.Sources.Count == 1)
        {
            return false;
        }

        LogLevel level = isFirst ? LogLevel.Debug : LogLevel.Information;
        SourceLog.InUse(log, level, settings.Name, _inUse.Url.Redacted, settings.Order.Current + 1, settings.Sources.Count, Why);
        counters.SourceSwitches[(int)Cause] += isFirst ? 0 : 1;
        return !isFirst;
    }

    /// <summary>The list of sources has changed, or the one in use.</summary>
    public void Note()
    {
        counters.SourceInUse = settings.Sources.Count > 1 ? InUse + 1 : 0;
        counters.SourceSinceMicros = counters.SourceInUse > 0 ? (Since!.Value.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 10 : 0;
    }
}
