using System.Collections.Immutable;
using System.Security.Cryptography;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// What a mount describes: the camera's tracks under our names, with the parameter sets of the stream, without the tracks that the camera does not
/// give. The same for as long as the camera comes back with the same shape. On the mount's shard.
/// </summary>
internal sealed class MountOffer(Shard shard, MountSettings settings, MountIngest ingest)
{
    /// <summary>
    /// The same in each description of the mount; with <see cref="_sdpVersion"/> it tells players that a session is the same one, changed (RFC 4566
    /// section 5.2).
    /// </summary>
    private readonly ulong _sdpSessionId = (ulong)RandomNumberGenerator.GetInt32(int.MaxValue);

    /// <summary>One more with each description that is made.</summary>
    private ulong _sdpVersion;

    /// <summary><see cref="MountShape"/> of the tracks that clients have set up by; null until the camera was described for the first time.</summary>
    private string? _shape;

    /// <inheritdoc cref="Shape"/>
    private int _shapes;

    /// <summary>When the camera's description was read; without meaning while <see cref="_camera"/> is null.</summary>
    private long _describedMicros;

    /// <summary>The camera's own, of the newest session; null until the first one was described. Set together with <see cref="_media"/>.</summary>
    private SdpDocument? _camera;

    /// <summary>The source that <see cref="_camera"/> is of; null until the first one was described.</summary>
    private BackendOptions? _describedBy;

    /// <summary>The tracks of <see cref="_camera"/> that are received, in the order of the ingest's.</summary>
    private IReadOnlyList<SdpMedia> _media = [];

    /// <summary>A bit for each track whose pictures the source in use can be asked for.</summary>
    private uint _keyFrameTracks;

    /// <summary>What clients are told; null until the camera was described for the first time.</summary>
    public MountDescription? Description { get; private set; }

    /// <summary>How many shapes were offered so far, the present one included: its number, by which its descriptions are known. Any thread.</summary>
    public int Shape => Volatile.Read(ref _shapes);

    /// <summary>The camera's tracks that are received, in the order of the ingest's; empty until they were described.</summary>
    public IReadOnlyList<SdpMedia> Media => _media;

    /// <summary>True for a description that must not be set up from any more.</summary>
    public bool IsOld => IsOldAt(_describedMicros);

    /// <summary>
    /// True while <see cref="Description"/> is another camera's: from a change of the source until the new one was described. Nobody new is told of
    /// it.
    /// </summary>
    public bool IsOfOtherCamera { get; private set; }

    private MissingTracks Missing => settings.Backend.Missing;

    /// <summary>True for a camera's description of that time that must not be set up from any more.</summary>
    public bool IsOldAt(long describedMicros) => shard.NowMicros - describedMicros >= (long)settings.Timings.DescriptionAge.TotalMicroseconds;

    /// <summary>True where clients that have set up by the present description can go on with those tracks of the source in use.</summary>
    public bool Fits(IReadOnlyList<SdpMedia> media) =>
        _shape is null || (GoesOn ? _shape == MountShape.Of(media) : MountShape.IsSameTo(_media, media) && IsOfThatSize(media));

    /// <summary>The source is that of the description, and always was: there is one alone, or none was lost so far.</summary>
    private bool GoesOn => ingest.Tracks is [{ Seam: null }, ..] && (!HasOthers || ReferenceEquals(settings.Backend, _describedBy));

    private bool HasOthers => settings.Sources.Count > 1;

    /// <summary>The mount has another camera now, or another way to it.</summary>
    public void OnCameraChanged()
    {
        IsOfOtherCamera = Description is not null;
        ingest.End(); // what is kept is not of the new one
    }

    /// <summary>The camera was described: its tracks are offered, the same as before where the shape is the same.</summary>
    /// <param name="session">Of the source in use; described, or further.</param>
    /// <param name="media">The media of its tracks.</param>
    public void Adopt(BackendSession session, IReadOnlyList<SdpMedia> media)
    {
        SdpDocument camera = session.Description!;
        if (_shape is null || !Fits(media))
        {
            Take(camera, media);
            Volatile.Write(ref _shapes, _shapes + 1);
            ingest.End(); // what is kept is of the old ones
            ingest.Describe(media);
            if (session.State == BackendState.Described)
            {
                // Of other tracks. From its SETUPs on, the session has learnt it of these.
                Missing.Forget();
                settings.Backend.VideoSilence.Forget();
            }
        }
        else if (GoesOn)
        {
            Take(camera, media);
        }
        else
        {
            // The description stays that of the other source, as viewers have it: the packets of this one are made to fit.
            ingest.TakeSource(media, [.. Enumerable.Range(0, media.Count).Select(SizeOf)]);
        }

        IsOfOtherCamera = false;
        _describedMicros = session.DescribedMicros;
        _keyFrameTracks = KeyFrameTracks(settings.Backend, media);
        Build();
    }

    /// <summary>The source in use has turned out to be of another shape than it described itself: it is offered as it is.</summary>
    public void AdoptAnew(BackendSession session, IReadOnlyList<SdpMedia> media)
    {
        _shape = null;
        Adopt(session, media);
    }

    private void Take(SdpDocument camera, IReadOnlyList<SdpMedia> media)
    {
        _shape = MountShape.Of(media);
        _describedBy = settings.Backend;
        _camera = camera;
        _media = media;
    }

    private static uint KeyFrameTracks(BackendOptions source, IReadOnlyList<SdpMedia> media)
    {
        uint tracks = 0;
        for (int i = 0; i < media.Count; i++)
        {
            tracks |= KeyFrameAsking.IsPossible(source, media[i]) ? 1u << i : 0;
        }

        return tracks;
    }

    private bool IsOfThatSize(IReadOnlyList<SdpMedia> media) => Enumerable.Range(0, media.Count).All(i =>
        SizeOf(i) is not { } size || TrackFormats.SizeOf(TrackFormats.Of(media[i])) is not { } other || size == other);

    /// <summary>The size that a track's pictures must have; null: any.</summary>
    private (int Width, int Height)? SizeOf(int track) =>
        settings.AcrossSizes ? null : TrackFormats.SizeOf(TrackFormats.Of(_media[track], ingest.Tracks[track]));

    /// <summary>Takes up the parameter sets that came in the stream meanwhile.</summary>
    public void NoteParameterSets()
    {
        if (ingest.HasNewParameterSets)
        {
            Build();
        }
    }

    /// <summary>
    /// Tracks that the camera does not give, or gives again: new clients are told so, those that were told otherwise keep what they have set up, and
    /// the other tracks their names. So this is no change of shape, and ends no session.
    /// </summary>
    public void NoteTracks()
    {
        if (Missing.HasChanged && _camera is not null)
        {
            Missing.HasChanged = false;
            Build();
        }
    }

    /// <summary>
    /// Makes the description, with the parameter sets of the stream in the place of the camera's (quirk: missing or old ones, Hikvision and others).
    /// </summary>
    private void Build()
    {
        ingest.HasNewParameterSets = false;
        Dictionary<int, string> learnt = [];
        for (int i = 0; i < _media.Count; i++)
        {
            if (ingest.Tracks[i].ParameterSets.Fmtp(_media[i].Fmtp) is { } fmtp)
            {
                learnt[_media[i].Index] = fmtp;
            }
        }

        SdpRewriteOptions rewrite = new()
        {
            SessionId = _sdpSessionId,
            SessionVersion = ++_sdpVersion,
            Fmtp = learnt,
            LeftOutTracks = Missing.Mask,
            KeyFrameTracks = _keyFrameTracks,
        };
        Description = new MountDescription(
            SdpRewriter.ForFrontend(_camera!, rewrite), SdpRewriter.ForFrontend(_camera!, rewrite with { OriginAddress = "::" }), Tracks())
        {
            Shape = _shapes,
            Talk = settings.Backend.BackChannel is null ? null : Talk(rewrite with { OffersBackChannels = true }),
        };
    }

    private TalkDescription? Talk(SdpRewriteOptions rewrite)
    {
        MountTrack[] back =
        [
            .. SdpRewriter.BackChannels(_camera!).Select((media, i) => new MountTrack(
                _media.Count + i, $"back{i + 1}", media.Type, (byte)media.PayloadTypes[0], media.ClockRate, media.EncodingName, 0)
            {
                IsBack = true,
            }),
        ];
        return back.Length == 0 ? null : new TalkDescription(
            SdpRewriter.ForFrontend(_camera!, rewrite), SdpRewriter.ForFrontend(_camera!, rewrite with { OriginAddress = "::" }), [.. back]);
    }

    private ImmutableArray<MountTrack> Tracks()
    {
        ImmutableArray<MountTrack>.Builder tracks = ImmutableArray.CreateBuilder<MountTrack>(_media.Count);
        for (int i = 0; i < _media.Count; i++)
        {
            SdpMedia media = _media[i];
            byte payloadType = (byte)media.PayloadTypes[0];
            uint ssrc = ingest.Tracks[i].Ssrc;
            tracks.Add(new MountTrack(i, $"track{i + 1}", media.Type, payloadType, media.ClockRate, media.EncodingName, ssrc)
            {
                IsDescribed = !Missing.Has(i),
            });
        }

        return tracks.MoveToImmutable();
    }
}
