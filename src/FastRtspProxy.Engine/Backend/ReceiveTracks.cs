using System.Diagnostics;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// The tracks that a session receives, in the order of the description, and what is true of them together. They are replaced as a whole with each
/// description, and stay while anything is set up. Knows no clock: whoever calls says the time.
/// </summary>
internal sealed class ReceiveTracks
{
    /// <summary>Receive tracks of one camera: two interleaved channels each, and nobody was seen to have more than five.</summary>
    public const int CountMax = 32;

    /// <summary>A track's place in it is its <see cref="BackendTrack.Index"/>.</summary>
    private readonly List<BackendTrack> _tracks = [];

    /// <summary>What the tracks share: packets that came and fitted none of them.</summary>
    public UnusedPackets Unused { get; } = new();

    /// <summary>How many there are; 0 before the description.</summary>
    public int Count => _tracks.Count;

    /// <summary>For those who keep them.</summary>
    public IReadOnlyList<BackendTrack> All => _tracks;

    /// <summary>When the newest RTP packet of any track came; 0: none did.</summary>
    public long LastRtpMicros
    {
        get
        {
            long last = 0;
            foreach (BackendTrack track in _tracks)
            {
                last = Math.Max(last, track.LastRtpMicros);
            }

            return last;
        }
    }

    /// <summary>When the first RTP packet of any track came; null: none did.</summary>
    public long? FirstRtpMicros
    {
        get
        {
            long? first = null;
            foreach (BackendTrack track in _tracks)
            {
                first = track.Packets > 0 ? Math.Min(first ?? long.MaxValue, track.FirstRtpMicros) : first;
            }

            return first;
        }
    }

    /// <summary>RTP has come in this session.</summary>
    public bool HasMedia => _tracks.Exists(static track => track.Packets > 0);

    /// <summary>RTP of a video has come in this session.</summary>
    public bool HasPictures => _tracks.Exists(static track => track is { IsVideo: true, Packets: > 0 });

    /// <summary>Something has come that need not be media: RTCP, or RTP of a type that no track has.</summary>
    public bool HasHeard => _tracks.Exists(static track => track.HasHeard);

    /// <summary>A track plays whose source has not said BYE.</summary>
    public bool AnyPlaysOn => _tracks.Exists(static track => track is { Packets: > 0, HasEnded: false });

    /// <summary>The track whose refusal is about the way: the first video; without video the first of all. There must be one.</summary>
    public BackendTrack Primary => _tracks.Find(static track => track.IsVideo) ?? _tracks[0];

    /// <summary>The first track that is encrypted; null: none is.</summary>
    public BackendTrack? FirstProtected => _tracks.Find(static track => track.Protection is not null);

    /// <summary>All tracks are encrypted, whatever way they take.</summary>
    public bool AreProtected => _tracks.TrueForAll(static track => track.Protection is not null);

    /// <summary>What was played, by the timestamps of the track that got farthest.</summary>
    public TimeSpan Played
    {
        get
        {
            TimeSpan farthest = TimeSpan.Zero;
            foreach (BackendTrack track in _tracks)
            {
                farthest = track.Played > farthest ? track.Played : farthest;
            }

            return farthest;
        }
    }

    /// <summary>All, in order, without an allocation.</summary>
    public List<BackendTrack>.Enumerator GetEnumerator() => _tracks.GetEnumerator();

    /// <summary>Another description was read.</summary>
    public void Clear()
    {
        foreach (BackendTrack track in _tracks)
        {
            track.Protection?.Dispose();
        }

        _tracks.Clear();
    }

    /// <summary>The next track of the description.</summary>
    public void Add(BackendTrack track)
    {
        Debug.Assert(track.Index == _tracks.Count, "A track's index is its place.");
        _tracks.Add(track);
    }

    /// <summary>Media of any track came a moment ago.</summary>
    public bool Flow(long nowMicros)
    {
        foreach (BackendTrack track in _tracks)
        {
            if (track.Flows(nowMicros))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What came in the place of media, and from whom it was not taken, for the message of a failure; empty: nothing.</summary>
    public string WhatCame()
    {
        HashSet<int> described = [];
        string refused = string.Empty;
        foreach (BackendTrack track in _tracks)
        {
            described.UnionWith(track.Media.PayloadTypes);
            if (track.RtpSocket?.Peers?.RefusedText() is { } text)
            {
                refused += "; " + text;
            }
        }

        return Unused.Words(described) + refused;
    }

    /// <summary>
    /// Media comes, so what came beside it explains no later silence, and is forgotten. Where a video is there, only its pictures count: sound does
    /// not explain away what came in the place of the pictures.
    /// </summary>
    public void ForgetWhatCame(long nowMicros)
    {
        bool hasVideo = false;
        bool picturesFlow = false;
        foreach (BackendTrack track in _tracks)
        {
            hasVideo |= track is { IsVideo: true, Absence: null };
            picturesFlow |= track.IsVideo && track.Flows(nowMicros);
        }

        if (hasVideo && !picturesFlow)
        {
            return;
        }

        Unused.Clear();
        foreach (BackendTrack track in _tracks)
        {
            track.RtpSocket?.Peers?.ForgetRefused();
        }
    }
}
