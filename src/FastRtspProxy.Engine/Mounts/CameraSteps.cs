using System.Globalization;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// What happened last between us and a mount's camera, for those who ask from outside. Written on the mount's shard, some times in a session; read by
/// any thread, as an array that is replaced as a whole.
/// </summary>
internal sealed class CameraSteps(Shard shard, MountSettings settings)
{
    /// <summary>Five sessions or more, 10 KB.</summary>
    public const int Kept = 60;

    /// <summary>What a camera says of itself goes no further into memory.</summary>
    private const int TextCharsMax = 300;

    /// <summary>Written by a release store; it pairs with the acquire load of <see cref="All"/>.</summary>
    private CameraStep[] _all = [];

    /// <summary>When the camera was asked to play; null: it was not, or media has come since.</summary>
    private long? _askedMicros;

    /// <summary>The oldest first. Any thread.</summary>
    public IReadOnlyList<CameraStep> All => Volatile.Read(ref _all);

    /// <summary>Of which session the moves are; null before the first one.</summary>
    public BackendSession? Session { get; set; }

    /// <summary>Looked at with each batch of packets.</summary>
    public bool AwaitsMedia => _askedMicros is not null;

    /// <summary>The session stands elsewhere.</summary>
    public void OnMoved(BackendState to)
    {
        BackendSession session = Session!;
        switch (to)
        {
            case BackendState.Connecting:
                Add(CameraStepKind.Connecting, session.ShownUrl);
                break;
            case BackendState.Describing:
                Add(CameraStepKind.Connected, session.Remote?.ToString() ?? string.Empty);
                break;
            case BackendState.Described:
                IEnumerable<SdpMedia> media = session.Tracks.Select(static track => track.Media);
                Add(CameraStepKind.Described, string.Join(", ", media.Select(static one => $"{one.Type} {one.EncodingName}")));
                break;
            case BackendState.SetUp:
                Add(CameraStepKind.SetUp, session.Way is { } way ? $"{TransportChoice.Name(way)}: {settings.Backend.Ways.Reason}" : string.Empty);
                break;
            case BackendState.Starting:
                _askedMicros = shard.NowMicros;
                break;
            case BackendState.Playing:
                Add(CameraStepKind.Playing, string.Empty);
                break;
            case BackendState.Paused:
                Add(CameraStepKind.Paused, "nobody watches");
                break;
            case BackendState.Closed:
                OnClosed(session.Failure);
                break;
        }
    }

    /// <summary>A batch of packets came while they were awaited.</summary>
    public void NoteMedia()
    {
        if (_askedMicros is { } asked && Session is { HasMedia: true })
        {
            _askedMicros = null;
            double milliseconds = (shard.NowMicros - asked) / 1000.0;
            Add(CameraStepKind.Media, string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms after PLAY was sent"));
        }
    }

    /// <summary>What no move of the session tells.</summary>
    public void Add(CameraStepKind kind, string text)
    {
        CameraStep step = new(shard.UtcNow, kind, Cut(text));
        CameraStep[] all = _all;
        int from = Math.Max(0, all.Length + 1 - Kept);
        Volatile.Write(ref _all, [.. all.AsSpan(from), step]);
    }

    private void OnClosed(BackendFailure? failure)
    {
        _askedMicros = null;
        if (failure is null or { Kind: BackendFailureKind.Stopped or BackendFailureKind.Fenced })
        {
            Add(CameraStepKind.Closed, string.Empty);
        }
        else if (!TryRepeat(failure.Message))
        {
            Add(CameraStepKind.Lost, failure.Message);
        }
    }

    /// <summary>
    /// A camera that is away for a night is tried a thousand times: an attempt that ends as the one before it, and got no further, is counted there.
    /// </summary>
    private bool TryRepeat(string text)
    {
        CameraStep[] all = _all;
        int at = Array.FindLastIndex(all, static step => !IsOnTheWay(step.Kind));
        if (at < 0 || all[at].Kind != CameraStepKind.Lost || all[at].Text != Cut(text))
        {
            return false;
        }

        CameraStep last = all[at];
        Volatile.Write(ref _all, [.. all.AsSpan(0, at), last with { At = shard.UtcNow, Times = last.Times + 1 }]);
        return true;
    }

    /// <summary>Masked before it is cut: behind the cut nobody knows a password's beginning for what it is.</summary>
    private static string Cut(string text) => Printable.Line(text) is var shown && shown.Length > TextCharsMax ? shown[..TextCharsMax] : shown;

    /// <summary>What leads from one attempt to the end of another that got no further.</summary>
    private static bool IsOnTheWay(CameraStepKind kind) => kind is CameraStepKind.Waiting or CameraStepKind.Connecting or CameraStepKind.Connected;
}
