using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Ingest;

/// <summary>What a session with the camera begins with: a picture that a decoder can start from, or what there is after a while.</summary>
public sealed class IngestBeginTests : IDisposable
{
    private const long Limit = 4_500_000;
    private static readonly byte[] s_key = [0x65, 0x88, 1];
    private static readonly byte[] s_other = [0x41, 0x9a, 1];
    private static readonly byte[] s_sound = [0, 16, 1];

    private readonly ShardGroup _shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
    private readonly SlabPool _pool = new(16 << 20);
    private readonly PacketRing _ring;
    private readonly MountIngest _ingest;
    private readonly ushort[] _numbers = [500, 600];
    private long _nowMicros = 1_000_000_000;
    private long _stepMicros = 20_000;

    /// <summary>From when a packet was made to its arrival.</summary>
    private long _lateMicros;

    public IngestBeginTests()
    {
        Assert.True(SdpDocument.TryParse(System.Text.Encoding.ASCII.GetBytes(ScriptedCamera.VideoAndAudio), out SdpDocument? document, out _));
        _ring = new PacketRing(_pool, new RingOptions { KeepBytes = 4 << 20 }, 1);
        _ingest = new MountIngest(_shards.Shards[0], _ring);
        _ingest.Describe(document.Media);
    }

    public void Dispose()
    {
        _shards.Dispose();
        ((IDisposable)_pool).Dispose();
    }

    [Fact]
    public void OnRtp_SoundAndPicturesOfAMidGroup_BothWaitForTheKeyFrameAndGetThePromisedNumbers()
    {
        Begin(Limit);
        (ushort Number, uint Time)[] promised = [.. _ingest.Tracks.Select(t => t.Timeline.Promise(_nowMicros))];
        foreach (byte[] payload in (byte[][])[s_other, s_sound, s_other, s_sound, s_key, s_sound, s_other])
        {
            Feed(payload);
        }

        List<(int Track, ushort Number, uint Time)> packets = Packets();
        Assert.Equal([0, 1, 0], packets.Select(p => p.Track));
        Assert.Equal(promised, packets.Take(2).Select(p => (p.Number, p.Time)));
    }

    /// <summary>Of a codec whose key frames nobody here knows, each picture may be one: an alert that misses them would never end.</summary>
    [Theory]
    [InlineData("H263-1998", true)]
    [InlineData("H264", false)]
    public void OnRtp_PictureThatIsNoKeyFrameWeKnow_IsTakenForOneWhereNoneIsKnown(string codec, bool isTaken)
    {
        string description = ScriptedCamera.VideoAndAudio.Replace("H264", codec, StringComparison.Ordinal);
        Assert.True(SdpDocument.TryParse(System.Text.Encoding.ASCII.GetBytes(description), out SdpDocument? document, out _));
        _ingest.Describe(document.Media);
        Begin(0);

        Feed(s_other);
        Feed(s_other);

        Assert.Equal(isTaken ? _nowMicros : 0, _ingest.Counters.NewestKeyFrameMicros);
    }

    /// <summary>What was found out about one source is not held against the next one: its viewers are held, and play on.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void HasOtherSize_SourceIsGoneBeforeAnybodyLooked_CountsNoLonger(bool nextIsTaken)
    {
        SdpMedia[] media = [.. Described(ScriptedCamera.VideoAndAudio)];
        _ingest.TakeSource(media, [(1, 1), null]);
        Begin(0);
        Feed(Convert.FromBase64String("Z01AH+ygKALdgIgAAAMACAAAAwDweMGMsA=="));
        Assert.True(_ingest.HasOtherSize);

        if (nextIsTaken)
        {
            _ingest.TakeSource(media, [null, null]);
        }
        else
        {
            _ingest.End();
        }

        Assert.False(_ingest.HasOtherSize);
    }

    private static List<SdpMedia> Described(string description)
    {
        Assert.True(SdpDocument.TryParse(System.Text.Encoding.ASCII.GetBytes(description), out SdpDocument? document, out _));
        return [.. document.Media];
    }

    [Fact]
    public void OnRtp_ParameterSetsAhead_GoWithTheirPicture()
    {
        Begin(Limit);
        foreach (byte[] payload in (byte[][])[s_other, s_sound, [0x67, 1, 2, 3], [0x68, 1, 2], s_key, s_sound])
        {
            Feed(payload);
        }

        Assert.Equal([0, 0, 0, 1], Packets().Select(p => p.Track));
    }

    /// <summary>GStreamer's cameras send SPS, PPS, SEI and IDR in packets of their own. And parameter sets may come with no key frame behind them.</summary>
    [Theory]
    [InlineData(true, 4)]
    [InlineData(false, 3)]
    public void OnRtp_ParameterSetsAndMoreAhead_NoNumberIsMissing(bool isKey, int packets)
    {
        Begin(Limit);
        _stepMicros = 0;
        foreach (byte[] payload in (byte[][])[s_other, [0x67, 1, 2, 3], [0x68, 1, 2], [0x06, 5, 1], isKey ? s_key : s_other])
        {
            Feed(payload);
        }

        _stepMicros = 20_000;
        Feed(s_other);
        Feed(s_key);
        List<ushort> numbers = [.. Packets().Select(p => p.Number)];
        Assert.Equal(packets + (isKey ? 2 : 1), numbers.Count);
        Assert.All(numbers.Zip(numbers.Skip(1)), pair => Assert.Equal((ushort)(pair.First + 1), pair.Second));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OnRtp_NoKeyFrameComes_EverythingPassesAfterTheLimit(bool hasPictures)
    {
        Begin(Limit);
        for (int i = 0; i < 60; i++)
        {
            Feed(hasPictures && i % 2 == 0 ? s_other : s_sound, 100_000);
        }

        List<(int Track, ushort Number, uint Time)> packets = Packets();
        Assert.InRange(packets.Count, 10, 16);
        Assert.Equal(hasPictures, packets.Exists(p => p.Track == 0));
        Assert.Contains(packets, p => p.Track == 1);

        // It is known now: the next session does not wait, until a key frame is seen.
        Begin(Limit);
        Feed(s_sound);
        Feed(s_other);
        Assert.Equal(hasPictures ? 2 : 0, Packets().Count - packets.Count);
    }

    [Fact]
    public void OnRtp_KeyFrame_HasReportsBeforeIt()
    {
        Begin(Limit);
        Feed(s_key);
        Feed(s_sound);
        _nowMicros += 200_000;
        Feed(s_other);
        for (int i = 0; i < 3; i++)
        {
            _nowMicros += 2_000_000;
            Feed(s_other);
            Feed(s_key);
        }

        List<EntryFlags> flags = Flags();
        for (int i = 2; i < flags.Count; i++)
        {
            Assert.True((flags[i] & EntryFlags.RandomAccess) == 0 || (flags[i - 1] & flags[i - 2] & EntryFlags.Rtcp) != 0, $"no reports before packet {i}");
        }
    }

    /// <summary>ffmpeg stands still for as long as a second report takes the first one back.</summary>
    [Fact]
    public void OnRtp_MediaThatWereKeptComeAtOnce_HaveReportsBehindThem()
    {
        Begin(Limit);
        _lateMicros = 4_000_000;
        Feed(s_key);
        for (; _lateMicros > 0; _lateMicros -= 39_000)
        {
            Feed(s_other, 40_000);
        }

        Assert.DoesNotContain(Flags(), flags => (flags & EntryFlags.Rtcp) != 0);
        for (int i = 0; i < 20; i++)
        {
            Feed(s_other, 40_000);
        }

        Assert.Single(Flags(), flags => (flags & EntryFlags.Rtcp) != 0);
    }

    /// <summary>Players line sound and pictures up by equal names (RFC 3550 section 6.5.1).</summary>
    [Fact]
    public void ReportFor_TrackThatTheCameraHasToldNoNameOf_HasThatOfTheOther()
    {
        Begin(0);
        Feed(s_key);
        Feed(s_sound);
        _nowMicros += 200_000;
        Feed(s_other);
        Feed(s_sound);
        Assert.Equal(["fastrtspproxy", "fastrtspproxy"], Names());

        OnShard(() => _ingest.OnCanonicalName(0, "cam"u8));
        Assert.Equal(["cam", "cam"], Names());

        OnShard(() => _ingest.OnCanonicalName(1, "mic"u8));
        Assert.Equal(["cam", "mic"], Names());
    }

    private List<string> Names()
    {
        List<string> names = [];
        OnShard(() =>
        {
            foreach (IngestTrack track in _ingest.Tracks)
            {
                RtcpCompoundReader reader = new(_ingest.ReportFor(track)!);
                Assert.True(reader.MoveNext(out _));
                Assert.True(reader.MoveNext(out RtcpPacketView packet));
                names.Add(packet.Cname!);
            }
        });
        return names;
    }

    private void Begin(long waitMicros) => OnShard(() => _ingest.Begin(waitMicros));

    private void Feed(byte[] payload, long? micros = null) => OnShard(() =>
    {
        int track = payload == s_sound ? 1 : 0;
        _nowMicros += micros ?? _stepMicros;
        byte[] packet = ScriptedCamera.RtpBytes((byte)(96 + track), _numbers[track]++, (uint)(_nowMicros * 9 / 100), (uint)(42 + track), true, payload);
        Assert.True(RtpPacketView.TryParse(packet, out RtpPacketView view, out _));
        _ingest.OnRtp(track, view.Ssrc, view, packet, _nowMicros + _lateMicros);
        _ingest.Publish();
    });

    private List<(int Track, ushort Number, uint Time)> Packets()
    {
        List<(int, ushort, uint)> packets = [];
        Read((in RingEntry e) =>
        {
            if (!e.IsRtcp)
            {
                packets.Add((e.Track, e.SequenceNumber, e.Timestamp));
            }
        });
        return packets;
    }

    private List<EntryFlags> Flags()
    {
        List<EntryFlags> flags = [];
        Read((in RingEntry e) => flags.Add(e.Flags));
        return flags;
    }

    private void Read(EntryReader reader) => OnShard(() =>
    {
        using ReadScope scope = _ring.Read(0, 0);
        for (long s = scope.From; s < scope.Head; s++)
        {
            reader(scope.Entries[s]);
        }
    });

    private void OnShard(Action action) => _shards.Shards[0].RunAsync(() =>
    {
        action();
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    private delegate void EntryReader(in RingEntry entry);
}
