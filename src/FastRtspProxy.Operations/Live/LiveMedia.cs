using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Operations.Live;

/// <summary>
/// From a live viewer's packets to the messages of the live picture: the description, then access units from a key picture on. One owner; no peer's
/// byte throws.
/// </summary>
internal sealed class LiveMedia : IDisposable
{
    private readonly LiveViewer _viewer;
    private readonly LiveClock? _videoClock;
    private readonly LiveClock? _audioClock;
    private readonly MediaCodec _audioCodec;
    private readonly AacPayload _aac;

    /// <summary>Null: there are no pictures that a page could show.</summary>
    private readonly AccessUnitAssembler? _pictures;
    private readonly MediaCodec _videoCodec;

    /// <summary>As the last sequence parameter set says; default before it.</summary>
    private VideoFormat _format;

    /// <summary>A B slice was seen under that set.</summary>
    private bool _hasBSlices;

    /// <summary>Pictures were left out, or none has gone out yet: nothing but a key picture goes out next.</summary>
    private bool _waitsForKey = true;
    private bool _hasGap;

    public LiveMedia(LiveViewer viewer)
    {
        _viewer = viewer;
        SdpMedia? video = MediaOf(viewer, viewer.VideoTrack);
        SdpMedia? audio = MediaOf(viewer, viewer.AudioTrack);
        Description = new LiveDescription(viewer.Id, video is null ? null : new LiveVideo(video.EncodingName), null);
        if (video is not null)
        {
            _videoClock = ClockOf(viewer, viewer.VideoTrack, video);
            _videoCodec = MediaCodecs.FromEncodingName(video.EncodingName);
            if (_videoCodec is MediaCodec.H264 or MediaCodec.H265)
            {
                _pictures = new AccessUnitAssembler(_videoCodec, bytes => viewer.Memory.TryHold(bytes));
                LearnSets(video.Fmtp, _pictures.ParameterSets);
                NoteParameters();
            }
        }

        if (audio is not null)
        {
            _audioClock = ClockOf(viewer, viewer.AudioTrack, audio);
            _audioCodec = MediaCodecs.FromEncodingName(audio.EncodingName);
            _aac = _audioCodec == MediaCodec.Aac ? AacPayload.Of(audio.Fmtp) : default;
            Description = Description with { Audio = Describe(audio) };
        }
    }

    /// <summary>What was told last, or is to be told first.</summary>
    public LiveDescription Description { get; private set; }

    /// <summary>The description as a message.</summary>
    public void WriteDescription(LiveBatch batch) => batch.AddText(Description.ToUtf8());

    /// <summary>What the set leaves open (false before there is one) the slices show.</summary>
    private bool IsReordered => _format.IsReordered ?? _hasBSlices;

    /// <summary>Takes a packet; what is whole by it stands in the batch.</summary>
    public void Take(in LivePacket packet, LiveBatch batch)
    {
        if (!RtpPacketView.TryParse(packet.Bytes, out RtpPacketView view, out _))
        {
            return;
        }

        long arrivalMicros = packet.ArrivalMicros - _viewer.JoinedMicros;
        if (packet.Track == _viewer.VideoTrack)
        {
            if (_pictures is not null)
            {
                TakePicture(view, packet.IsAfterGap, arrivalMicros, batch);
            }
        }
        else if (packet.Track == _viewer.AudioTrack && Description.Audio?.Codec is not null)
        {
            TakeSound(view, _audioClock!.MicrosOf(view.Timestamp, arrivalMicros), batch);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pictures?.Dispose();

    private static SdpMedia? MediaOf(LiveViewer viewer, int track)
    {
        if (track < 0 || !SdpDocument.TryParse(viewer.Description.Sdp, out SdpDocument? document, out _))
        {
            return null;
        }

        string control = viewer.Description.Tracks[track].Control;
        return document.Media.FirstOrDefault(media => media.Control == control);
    }

    private static LiveClock ClockOf(LiveViewer viewer, int track, SdpMedia media) =>
        new(media.ClockRate, viewer.Starts.FirstOrDefault(start => start.Track == track)?.RtpTime);

    private static void LearnSets(string? fmtp, ParameterSetCollector sets)
    {
        foreach (string parameter in (fmtp ?? string.Empty).Split(';', StringSplitOptions.TrimEntries))
        {
            string[] parts = parameter.Split('=', 2);
            if (parts.Length < 2 || !parts[0].StartsWith("sprop-", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (string set in parts[1].Split(','))
            {
                byte[] bytes = new byte[set.Length];
                if (Convert.TryFromBase64String(set, bytes, out int written))
                {
                    _ = sets.OfferUnit(bytes.AsSpan(0, written));
                }
            }
        }
    }

    private void TakePicture(in RtpPacketView packet, bool isAfterGap, long arrivalMicros, LiveBatch batch)
    {
        if (isAfterGap)
        {
            _pictures!.Skip();
            _waitsForKey = _hasGap = true;
        }

        UnitStep step;
        do
        {
            step = _pictures!.Take(packet);
            if (step != UnitStep.Open)
            {
                SendPicture(arrivalMicros, batch);
            }
        }
        while (step == UnitStep.EndedBefore);
    }

    private void SendPicture(long arrivalMicros, LiveBatch batch)
    {
        AccessUnitAssembler pictures = _pictures!;
        _hasGap |= pictures.IsAfterGap;
        if (!pictures.IsWhole || (_waitsForKey && !pictures.IsKey))
        {
            return;
        }

        bool isNews = pictures.IsKey && NoteParameters();
        if (isNews | NoteSlices())
        {
            WriteDescription(batch);
        }

        LiveFlags flags = (pictures.IsKey ? LiveFlags.Key : LiveFlags.None) | (_hasGap ? LiveFlags.AfterGap : LiveFlags.None);
        bool isAdded = batch.TryAddUnit(flags, _videoClock!.MicrosOf(pictures.Timestamp, arrivalMicros), pictures.Unit);
        _waitsForKey = _hasGap = !isAdded;
    }

    private void TakeSound(in RtpPacketView packet, long micros, LiveBatch batch)
    {
        if (_audioCodec != MediaCodec.Aac)
        {
            if (!packet.Payload.IsEmpty)
            {
                _ = batch.TryAddUnit(LiveFlags.Audio | LiveFlags.Key, micros, packet.Payload);
            }

            return;
        }

        // 1,024 samples a unit (ISO/IEC 14496-3): only the packet has a time.
        long unitMicros = 1_024_000_000L / _aac.SampleRate;
        int offset = 0;
        for (int i = 0; _aac.TryUnit(packet.Payload, i, ref offset, out ReadOnlySpan<byte> unit); i++)
        {
            _ = batch.TryAddUnit(LiveFlags.Audio | LiveFlags.Key, micros + (i * unitMicros), unit);
        }
    }

    /// <summary>True: the pictures have another size, codec or order than was told.</summary>
    private bool NoteParameters()
    {
        ReadOnlySpan<byte> set = _pictures!.ParameterSets.Sps.Span;
        if (CodecName.Of(_videoCodec, set) is not { } codec || !VideoFormat.TryRead(_videoCodec, set, out VideoFormat format))
        {
            return false;
        }

        _hasBSlices &= format == _format;
        _format = format;
        return Tell(Description.Video! with { Codec = codec, Width = format.Width, Height = format.Height, Reordered = IsReordered });
    }

    /// <summary>True: the unit shows that the pictures are in another order than was told.</summary>
    private bool NoteSlices()
    {
        _hasBSlices |= _pictures!.HasBSlice;
        return Tell(Description.Video! with { Reordered = IsReordered });
    }

    private bool Tell(LiveVideo video)
    {
        bool isNews = video != Description.Video;
        Description = isNews ? Description with { Video = video } : Description;
        return isNews;
    }

    private LiveAudio Describe(SdpMedia audio)
    {
        LiveAudio told = new(audio.EncodingName);
        return _audioCodec switch
        {
            MediaCodec.Aac when _aac.SampleRate > 0 => told with
            {
                Codec = _aac.Codec,
                SampleRate = _aac.SampleRate,
                Channels = Math.Max(1, _aac.Channels),
                Config = Convert.ToHexStringLower(_aac.Config.Span),
            },
            MediaCodec.Pcmu => told with { Codec = "ulaw", SampleRate = audio.ClockRate, Channels = audio.Channels },
            MediaCodec.Pcma => told with { Codec = "alaw", SampleRate = audio.ClockRate, Channels = audio.Channels },
            MediaCodec.Opus => told with { Codec = "opus", SampleRate = 48_000, Channels = 2 },
            _ => told,
        };
    }
}
