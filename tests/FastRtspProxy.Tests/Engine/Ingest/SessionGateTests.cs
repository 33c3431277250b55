using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Tests.Engine.Ingest;

/// <summary>The one question that is asked of each packet. A table of packets: track (v, a), flags, second, verdict.</summary>
public sealed class SessionGateTests
{
    private const long WaitMicros = 4_000_000;
    private readonly SessionGate _gate = new();

    public SessionGateTests() => _gate.Describe([MediaCodec.H264, MediaCodec.Other]);

    [Theory]
    [InlineData("v:None:0:Drop a:None:0:Drop v:RandomAccess:1:Begin a:None:1:Begin v:None:1:Pass a:None:2:Pass", "the rest of a group")]
    [InlineData("a:None:0:Drop a:None:4:Drop a:None:5:Begin a:None:6:Pass v:RandomAccess:7:Begin", "no picture in time: sound goes without")]
    [InlineData("v:ParameterSets:0:Begin a:None:0:Drop v:RandomAccess:0:Pass a:None:0:Begin", "parameter sets begin their track only")]
    public void Judge_SessionWithPictures_BeginsWithThem(string packets, string because) => Check(packets, because);

    [Fact]
    public void Judge_OthersDoNotWait_SoundBeginsAtOnce()
    {
        _gate.BeginSession(WaitMicros, missing: 0, othersWait: false);

        Check("a:None:0:Begin v:None:0:Drop a:None:1:Pass", "pictures stay away", begin: false);
    }

    [Fact]
    public void Judge_PicturesAreMissing_NobodyWaitsForThem()
    {
        _gate.BeginSession(WaitMicros, missing: 1, othersWait: true);

        Check("a:None:0:Begin a:None:1:Pass v:None:1:Begin", "the camera does not give the track", begin: false);
    }

    [Fact]
    public void Judge_NextSession_BeginsAnew()
    {
        Check("v:RandomAccess:0:Begin a:None:0:Begin v:None:0:Pass", "the first");
        Check("v:None:1:Drop a:None:1:Drop v:RandomAccess:2:Begin v:None:2:Pass a:None:2:Begin", "the second");
    }

    private void Check(string packets, string because, bool begin = true)
    {
        if (begin)
        {
            _gate.BeginSession(WaitMicros, missing: 0, othersWait: true);
        }

        uint timestamp = 0;
        foreach (string packet in packets.Split(' '))
        {
            string[] parts = packet.Split(':');
            EntryFlags flags = Enum.Parse<EntryFlags>(parts[1]);
            IngestVerdict verdict = _gate.Judge(parts[0] == "v" ? 0 : 1, flags, timestamp++, long.Parse(parts[2]) * 1_000_000);
            Assert.True(verdict == Enum.Parse<IngestVerdict>(parts[3]), $"{because}: {packet} is {verdict}");
        }
    }
}
