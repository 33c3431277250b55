using System.Diagnostics;
using System.Numerics;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Which tracks a mount's camera describes and does not give. Learnt by its sessions, kept as long as the mount describes the same tracks, and
/// unlearnt by the first SETUP that succeeds or the first packet that comes. Knows no clock: whoever calls says the time.
/// </summary>
internal sealed class MissingTracks
{
    /// <summary>A track whose SETUP was not answered is not asked for again before this: each time costs every viewer 3 s.</summary>
    public const long SilenceKeptMicros = 3_600_000_000;

    /// <summary>
    /// So many connections in a row that ended while a track was being set up are that track's fault; one may be a camera that was switched off.
    /// </summary>
    private const int EndedConnectionsMax = 2;

    /// <summary>By index; at most as many as there are tracks. Null: none has been missing yet, as of most cameras.</summary>
    private SortedDictionary<int, MissingTrack>? _tracks;

    /// <summary>The track whose SETUP the connection ended with the last time, and how often in a row; -1: none.</summary>
    private int _endedAt = -1;
    private int _ended;

    /// <summary>
    /// A track was left out, or came back, since the mount made its description; the mount sets it to false when it makes a new one.
    /// </summary>
    public bool HasChanged { get; set; }

    /// <summary>A bit for each track that is not there.</summary>
    public uint Mask { get; private set; }

    /// <summary>Those that are not there, in the order of the description.</summary>
    public IReadOnlyCollection<MissingTrack> All => _tracks is { } tracks ? tracks.Values : [];

    /// <summary>True for a track that is known not to be there.</summary>
    public bool Has(int index) => (Mask & (1u << index)) != 0;

    /// <summary>False while a track's silence is remembered.</summary>
    public bool MayAsk(int index, long nowMicros) =>
        Find(index) is not { Absence: TrackAbsence.Silent } silent || nowMicros - silent.SinceMicros >= SilenceKeptMicros;

    /// <summary>The camera did not set the track up, with that status (0: no answer came). True where that is news.</summary>
    public bool OnAbsent(int index, int status, long nowMicros)
    {
        TrackAbsence absence = status == 0 ? TrackAbsence.Silent : TrackAbsence.Refused;
        bool isNews = Find(index) is not { } known || known.Status != status;
        _tracks ??= [];
        _tracks[index] = new MissingTrack(index, absence, status, nowMicros);
        Mask |= 1u << index;
        Debug.Assert(BitOperations.PopCount(Mask) == _tracks.Count, "A bit for each missing track.");
        HasChanged |= isNews;
        return isNews;
    }

    /// <summary>
    /// The connection ended while the track, which a session can do without, was being set up. True where that is the track's fault, and news.
    /// </summary>
    public bool OnConnectionEnded(int index, long nowMicros)
    {
        _ended = _endedAt == index ? _ended + 1 : 1;
        _endedAt = index;
        return _ended >= EndedConnectionsMax && OnAbsent(index, 0, nowMicros);
    }

    /// <summary>The track is there: it was set up, or its media came. True where that is news.</summary>
    public bool OnPresent(int index)
    {
        if (_endedAt == index)
        {
            _endedAt = -1;
        }

        if (_tracks is null || !_tracks.Remove(index))
        {
            return false;
        }

        Mask &= ~(1u << index);
        Debug.Assert(BitOperations.PopCount(Mask) == _tracks.Count, "A bit for each missing track.");
        HasChanged = true;
        return true;
    }

    /// <summary>The camera describes other tracks.</summary>
    public void Forget()
    {
        _tracks?.Clear();
        _endedAt = -1;
        Mask = 0;
        HasChanged = false;
    }

    private MissingTrack? Find(int index) => _tracks?.GetValueOrDefault(index);
}
