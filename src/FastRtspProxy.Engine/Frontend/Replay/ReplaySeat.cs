using System.Buffers.Binary;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A viewer of a replay stream, with its own session with the recorder: from its DESCRIBE, when only its connection knows it, to the end of its
/// session here, which has it from the first SETUP on. The two end together, whichever ends first. On the viewer's shard.
/// </summary>
internal sealed class ReplaySeat : MountClient, IReplayOutput
{
    /// <summary>Who has asked for the description and sets nothing up for so long is not waited for: a recorder has few sessions.</summary>
    private static readonly TimeSpan s_unusedMax = TimeSpan.FromSeconds(15);

    private readonly FrontendShard _home;
    private readonly SessionCarrier _carrier;
    private readonly ShardTimer _unused;

    /// <summary>
    /// Of the connection with the recorder: it is there for the viewer, counts as one of its address's, and takes no descriptor of the cameras'.
    /// </summary>
    private readonly ConnectionPlace _place;

    /// <summary>Null until it was opened; then it is there, whether or not it has ended.</summary>
    private IReplayLeg? _leg;

    /// <summary>Null until a SETUP has taken the seat.</summary>
    private Session? _session;

    /// <summary>There with <see cref="_session"/>.</summary>
    private ReplayOutput? _output;

    /// <summary>By track, the SSRC of its newest packet; null: none has come.</summary>
    private uint?[] _sources = [];

    /// <summary>What the PLAY in hand asks of the recorder.</summary>
    private (int? Track, RtspHeader[] Asked) _play;

    /// <summary>Nothing comes or goes any more; once true it stays.</summary>
    private bool _isClosed;

    public ReplaySeat(FrontendShard home, IMount mount, SessionCarrier carrier)
    {
        _home = home;
        Mount = mount;
        _carrier = carrier;
        _unused = home.Shard.CreateTimer(Close);
        _place = new ConnectionPlace(carrier.RemoteAddress) { Shard = home.Shard };
        Ended = Task.CompletedTask;
    }

    public IMount Mount { get; }

    /// <inheritdoc/>
    public override Shard Shard => _home.Shard;

    /// <summary>What the recorder offers; null: it was not opened.</summary>
    public MountDescription? Description => _leg?.Description;

    /// <summary>What became of the PLAY that was asked last.</summary>
    public ReplayAnswer PlayAnswer { get; private set; }

    /// <summary>Over when the recorder knows that it is over, or had its time. Never faulted.</summary>
    public Task Ended { get; private set; }

    /// <inheritdoc cref="ReplayOutput.Sent"/>
    public (long Bytes, long Packets) Sent => _output?.Sent ?? default;

    /// <inheritdoc cref="ReplayOutput.Datagrams"/>
    public ReadOnlySpan<long> Datagrams => _output is { } output ? output.Datagrams : default;

    /// <inheritdoc cref="ReplayOutput.Dropped"/>
    public long Dropped => _output?.Dropped ?? 0;

    /// <summary>Opens the session with the recorder; without one, the seat is closed.</summary>
    public async Task<ReplayAnswer> OpenAsync(RtspMessage request)
    {
        if (Mount.Replay is not { } desk)
        {
            Close();
            return ReplayAnswer.Gone;
        }

        if (!_home.TryTakePlace(_place, _carrier.RemoteAddress))
        {
            Close();
            return new ReplayAnswer(RtspStatus.NotEnoughBandwidth);
        }

        ReplayOpening opened = await desk.OpenAsync(this, this, ReplayHeaders.Asked(request));
        if (opened.Leg is null)
        {
            _home.GiveBack(_place);
            Close();
            return opened.Answer;
        }

        _leg = opened.Leg;
        _sources = new uint?[_leg.Description.Tracks.Length];
        if (_isClosed)
        {
            Ended = LetGoAsync(_leg);
            return ReplayAnswer.Gone;
        }

        _unused.Start(s_unusedMax);
        return opened.Answer;
    }

    /// <summary>It is that session's from now on, which closes it.</summary>
    public void Begin(Session session)
    {
        _unused.Stop();
        _carrier.Forget(this);
        _session = session;
        _output = new ReplayOutput(session, _leg!);
    }

    /// <summary>SETUP of a track at the recorder.</summary>
    public Task<ReplayAnswer> SetUpAsync(int track, RtspMessage request) => _isClosed || _leg is not { } leg
        ? Task.FromResult(ReplayAnswer.Gone)
        : leg.SetUpAsync(track, ReplayHeaders.Asked(request));

    /// <summary>Asks the recorder; its answer has its place among the packets until <see cref="Release"/>.</summary>
    public async Task<ReplayAnswer> AskAsync(string method, int? track, RtspHeader[] asked, ReadOnlyMemory<byte> body = default)
    {
        if (_isClosed || _leg is not { } leg)
        {
            return ReplayAnswer.Gone;
        }

        ReplayOutput output = _output!;
        output.BeginAsking();
        ReplayAnswer answer = await leg.AskAsync(method, track, asked, body);
        output.EndAsking();
        await output.DrainedAsync();
        if (_session is not { IsInterleaved: true })
        {
            Release(); // datagrams have no order with what is said in the connection
        }

        return answer;
    }

    /// <summary>What the next <see cref="PlayAsync"/> asks for.</summary>
    public void Prepare(int? track, RtspHeader[] asked) => _play = (track, asked);

    /// <summary>PLAY at the recorder; <see cref="PlayAnswer"/> has what it said.</summary>
    public async Task<PlayGrant> PlayAsync()
    {
        PlayAnswer = await AskAsync(RtspMethod.Play, _play.Track, _play.Asked);
        return new PlayGrant(PlayAnswer.IsOk ? PlayOutcome.Playing : PlayOutcome.BackendUnavailable, 0, []);
    }

    /// <summary>The viewer has the answer, or is about to: what came behind it follows.</summary>
    public void Release() => _output?.Release();

    /// <summary>The track of ours that a URL of the recorder's names; null: none.</summary>
    public MountTrack? TrackAt(string url) => _leg is { } leg && leg.TrackAt(url) is >= 0 and int index ? leg.Description.Tracks[index] : null;

    /// <summary>The SSRC of the recorder's packets of a track; null: none has come.</summary>
    public uint? SourceOf(int track) => track < _sources.Length ? _sources[track] : null;

    /// <summary>RTCP of the viewer.</summary>
    public void OnViewerRtcp(SessionTrack track, ReadOnlySpan<byte> compound) => _leg?.SendRtcp(track.Track.Index, compound);

    /// <summary>The viewer has gone, or never came: the recorder's session ends. Idempotent.</summary>
    public void Close()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _unused.Stop();
        if (_carrier.Stream.Shard == Shard)
        {
            _carrier.Forget(this); // else the connection has moved, and finds that the seat is not where it is
        }

        _output?.Close();
        if (_leg is { } leg)
        {
            Ended = LetGoAsync(leg);
        }
    }

    /// <inheritdoc/>
    public override void OnMountEnded(MountEnd cause)
    {
        _session?.OnMountEnded(cause);
        Close();
    }

    /// <inheritdoc/>
    void IReplayOutput.OnPacket(int track, bool isRtcp, ReadOnlySpan<byte> packet)
    {
        if (_isClosed || _session?.TrackAt(track) is not { } at)
        {
            return;
        }

        if (!isRtcp && packet.Length >= RtpPacketView.FixedHeaderBytes)
        {
            _sources[track] = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        }

        _output!.Add(at, isRtcp, packet);
    }

    /// <inheritdoc/>
    void IReplayOutput.OnBatchEnd() => _output?.Flush();

    /// <inheritdoc/>
    void IReplayOutput.OnRecorderLost() => _ = EndAsync();

    private async Task LetGoAsync(IReplayLeg leg)
    {
        await leg.CloseAsync();
        _home.GiveBack(_place);
    }

    /// <summary>A recorder that has sent all and goes: the viewer gets the rest first, as long as it takes anything.</summary>
    private async Task EndAsync()
    {
        if (_output is { } output)
        {
            await output.DrainedAsync();
        }

        _session?.End(SessionEnd.MountLost);
        Close();
    }
}
