using System.Collections.Immutable;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Sdp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>The description, and what happens when the camera comes back with another one.</summary>
internal sealed partial class Mount
{
    private MountDescription? _description;
    private string? _shape;
    private ulong _sdpVersion;

    /// <summary>When the camera's description was read; meaningless before it was.</summary>
    private long _describedMicros;
    private SdpDocument? _cameraDescription;
    private List<SdpMedia> _media = [];

    /// <inheritdoc/>
    public Task<MountDescription?> DescribeAsync(TimeSpan limit) => Shard.RunAsync(() => DescribeOnShardAsync(limit));

    private async Task<MountDescription?> DescribeOnShardAsync(TimeSpan limit)
    {
        if (_stopping)
        {
            return null;
        }

        if (_lastFailure is not null || _description is null || (_isResting && IsOld(_describedMicros)))
        {
            Hurry();
            await _describeWaiters.WaitAsync(limit);
        }

        if (_ingest.HasNewParameterSets)
        {
            BuildDescription();
        }

        return _lastFailure is null && !_stopping ? _description : null;
    }

    /// <summary>Our description, with the parameter sets of the stream in the place of the camera's (quirk: missing or old ones, Hikvision and others).</summary>
    private void BuildDescription()
    {
        _ingest.HasNewParameterSets = false;
        Dictionary<int, string> learnt = [];
        for (int i = 0; i < _media.Count; i++)
        {
            if (_ingest.Tracks[i].ParameterSets.Fmtp(_media[i].Fmtp) is { } fmtp)
            {
                learnt[_media[i].Index] = fmtp;
            }
        }

        SdpRewriteOptions options = new() { SessionId = _sdpSessionId, SessionVersion = ++_sdpVersion, Fmtp = learnt, LeftOutTracks = Missing.Mask };
        _description = new MountDescription(
            SdpRewriter.ForFrontend(_cameraDescription!, options), SdpRewriter.ForFrontend(_cameraDescription!, options with { OriginAddress = "::" }), Tracks(_media));
    }

    /// <summary>
    /// Tracks that the camera does not give, or gives again: new clients are told so, those that were told otherwise keep what they have set up, and the other tracks their names.
    /// So this is no change of shape, and ends no session.
    /// </summary>
    private void NoteTracks()
    {
        if (Missing.HasChanged && _cameraDescription is not null)
        {
            Missing.HasChanged = false;
            BuildDescription();
        }

        if (_options.Backend.VideoSilence.IsBack)
        {
            _options.Backend.VideoSilence.IsBack = false;
            MountLog.VideoIsBack(_log, Name, ShownUrl);
        }
    }

    private MissingTracks Missing => _options.Backend.Missing;

    /// <summary>True for a description that must not be set up from any more.</summary>
    private bool IsOld(long describedMicros) => Shard.NowMicros - describedMicros >= (long)_options.Timings.DescriptionAge.TotalMicroseconds;

    private void Hurry()
    {
        _hurry = true;
        _queued?.Cancel();
        _signal.Set();
    }

    /// <summary>The camera was described: offers its tracks, the same as before where the shape is the same.</summary>
    private void Adopt(BackendSession session)
    {
        List<SdpMedia> media = [.. session.Tracks.Select(t => t.Media)];
        string shape = MountShape.Of(media);
        if (shape != _shape)
        {
            if (_shape is not null)
            {
                MountLog.DescriptionChanged(_log, Name, _clients.Count);
                EndClients(MountEnd.DescriptionChanged);
                foreach (PendingJoin join in _joining)
                {
                    join.HasLeft = true; // what it was told no longer fits: its session is gone, and a new DESCRIBE shows the new tracks
                }

                WakeJoining();
            }

            _shape = shape;
            _ingest.Describe(media);
            Missing.Forget();
            _options.Backend.VideoSilence.Forget();
        }

        _cameraDescription = session.Description!;
        _describedMicros = session.DescribedMicros;
        _media = media;
        BuildDescription();
        if (_log.IsEnabled(LogLevel.Debug))
        {
            string codecs = string.Join(", ", media.Select(m => m.EncodingName));
            MountLog.Described(_log, Name, ShownUrl, media.Count, codecs);
        }

        _lastFailure = null;
        if (_outage.OnDescribed(Wanted))
        {
            MountLog.Answers(_log, Name, ShownUrl);
        }

        // With clients held the mount goes on holding until the camera plays again.
        if (State != MountState.Holding)
        {
            Move(MountState.Ready);
        }

        _describeWaiters.Release();
    }

    private ImmutableArray<MountTrack> Tracks(List<SdpMedia> media)
    {
        ImmutableArray<MountTrack>.Builder tracks = ImmutableArray.CreateBuilder<MountTrack>(media.Count);
        for (int i = 0; i < media.Count; i++)
        {
            tracks.Add(new MountTrack(
                i, $"track{i + 1}", media[i].Type, (byte)media[i].PayloadTypes[0], media[i].ClockRate, media[i].EncodingName, _ingest.Tracks[i].Ssrc)
            {
                IsDescribed = (Missing.Mask & (1u << i)) == 0,
            });
        }

        return tracks.MoveToImmutable();
    }
}
