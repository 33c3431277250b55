using System.Collections.Immutable;
using System.Security.Cryptography;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Joins a viewer and its session with the recorder, which do not see each other: what the recorder offers and answers in the viewer's words, and
/// each packet on its way. On the viewer's shard.
/// </summary>
internal sealed class ReplayLink : IReplayLeg, IReplayMedia
{
    /// <summary>A proxy before the recorder wants a log-in.</summary>
    private const int ProxyUnauthorized = 407;

    private readonly ReplayDesk _desk;
    private readonly MountClient _viewer;
    private readonly IReplayOutput _output;
    private readonly Func<ReplayLeg> _newLeg;
    private ReplayLeg _leg;

    /// <summary>Nothing is opened yet: a connection that the recorder closes is no end, where another one may follow.</summary>
    private bool _isOpening;

    /// <summary>The end, with what the desk is told of it.</summary>
    private Task? _closing;

    public ReplayLink(ReplayDesk desk, MountClient viewer, IReplayOutput output, BackendOptions recorder, ILogger log)
    {
        _desk = desk;
        _viewer = viewer;
        _output = output;
        _newLeg = () => new ReplayLeg(recorder, this, viewer.Shard, log);
        _leg = _newLeg();
    }

    /// <inheritdoc/>
    public MountDescription Description { get; private set; } = new([], [], []);

    /// <inheritdoc/>
    public long BitsPerSecondMax => _desk.BitsPerSecondMax;

    /// <inheritdoc/>
    public void NotePaced() => _desk.NotePaced();

    /// <summary>Opens it; see <see cref="IReplayDesk.OpenAsync"/>.</summary>
    public async Task<ReplayAnswer> OpenAsync(RtspHeader[] asked)
    {
        _isOpening = true;
        RtspReply reply = await _leg.OpenAsync(asked);
        if (reply.Failure?.Kind == BackendFailureKind.ClosedAfterChallenge)
        {
            // Quirk (VStarcam): it closes the connection behind its challenge. The next one begins with the answer.
            await _leg.CloseAsync();
            _leg = _newLeg();
            reply = await _leg.OpenAsync(asked);
        }

        _isOpening = false;
        ReplayAnswer answer = AnswerTo(reply);
        _desk.Note(answer.Message is null ? _leg.FailureOf(RtspMethod.Describe, reply) : null);
        if (answer.IsOk)
        {
            Description = Describe(_leg.Description!, _leg.Media);
        }

        return answer;
    }

    /// <inheritdoc/>
    public async Task<ReplayAnswer> SetUpAsync(int track, RtspHeader[] asked) =>
        AnswerTo(await _leg.SetUpAsync(track, asked));

    /// <inheritdoc/>
    public async Task<ReplayAnswer> AskAsync(string method, int? track, RtspHeader[] asked, ReadOnlyMemory<byte> body) =>
        AnswerTo(await _leg.AskAsync(method, track, asked, body));

    /// <inheritdoc/>
    public int TrackAt(string url) => _leg.TrackAt(url);

    /// <inheritdoc/>
    public void SendRtcp(int track, ReadOnlySpan<byte> compound) => _leg.SendRtcp(track, compound);

    /// <inheritdoc/>
    public void Hold() => _leg.Hold();

    /// <inheritdoc/>
    public void Release() => _leg.Release();

    /// <inheritdoc/>
    public Task CloseAsync() => _closing ??= CloseOnceAsync();

    /// <inheritdoc/>
    void IReplayMedia.OnPacket(int track, bool isRtcp, ReadOnlySpan<byte> packet) => _output.OnPacket(track, isRtcp, packet);

    /// <inheritdoc/>
    void IReplayMedia.OnBatchEnd() => _output.OnBatchEnd();

    /// <inheritdoc/>
    void IReplayMedia.OnLost(BackendFailure failure)
    {
        if (!_isOpening || failure.Kind != BackendFailureKind.ClosedAfterChallenge)
        {
            _output.OnRecorderLost();
        }
    }

    private async Task CloseOnceAsync()
    {
        await _leg.CloseAsync();
        _desk.Leave(_viewer);
    }

    /// <summary>
    /// For the viewer. What is between us and the recorder is not passed on: that it wants another log-in than we have, sends us elsewhere, or does
    /// not answer is a gateway's fault (RFC 2326, 11; 502 and 504).
    /// </summary>
    private static ReplayAnswer AnswerTo(RtspReply reply) => reply switch
    {
        { Message: { StatusCode: >= 200 and < 300 or >= 400 and not (RtspStatus.Unauthorized or ProxyUnauthorized) } answer } =>
            new ReplayAnswer(answer.StatusCode, answer),
        { Failure.Kind: BackendFailureKind.NoAnswer } => new ReplayAnswer(RtspStatus.GatewayTimeout),
        { Failure.Kind: BackendFailureKind.Stopped } => new ReplayAnswer(RtspStatus.SessionNotFound),
        _ => new ReplayAnswer(RtspStatus.BadGateway),
    };

    private static MountDescription Describe(SdpDocument recorder, IReadOnlyList<SdpMedia> media)
    {
        SdpRewriteOptions rewrite = new() { SessionId = (ulong)RandomNumberGenerator.GetInt32(int.MaxValue), KeepsTimes = true };
        ImmutableArray<MountTrack> tracks =
        [
            .. media.Select(static (one, i) =>
                new MountTrack(i, $"track{i + 1}", one.Type, (byte)one.PayloadTypes[0], one.ClockRate, one.EncodingName, 0)),
        ];
        return new MountDescription(
            SdpRewriter.ForFrontend(recorder, rewrite), SdpRewriter.ForFrontend(recorder, rewrite with { OriginAddress = "::" }), tracks);
    }
}
