using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.Rtp;

[Collection(nameof(Allocations))]
public sealed class TransportStreamScannerTests
{
    private const AccessUnitHint Plain = AccessUnitHint.StartsFrame | AccessUnitHint.StandsAlone;
    private const AccessUnitHint Point = Plain | AccessUnitHint.RandomAccess;
    private const AccessUnitHint Table = Plain | AccessUnitHint.ParameterSets;
    private const int Video = 0x41;
    private const int Sound = 0x42;

    private readonly TransportStreamScanner _scanner = new();

    [Fact]
    public void Scan_MarkedVideoAndMarkedSound_OnlyTheVideoIsAPlaceToStart()
    {
        Assert.Equal(Table, Scan(TransportPackets.Programs(0x20), TransportPackets.Program(0x20, (0x0f, Sound), (0x1b, Video))));
        Assert.Equal(Plain, Scan(TransportPackets.Media(Sound, isMarked: true)));
        Assert.Equal(Plain, Scan(TransportPackets.Media(Video)));
        Assert.Equal(Point, Scan(TransportPackets.Media(Sound), TransportPackets.Media(Video, isMarked: true)));
        Assert.Equal(Point | Table, Scan(TransportPackets.Programs(0x20), TransportPackets.Media(Video, isMarked: true)));
    }

    [Fact]
    public void Scan_BeforeTheTables_NothingIsKnown()
    {
        Assert.Equal(Plain, Scan(TransportPackets.Media(Video, isMarked: true)));
        Assert.Equal(Table, Scan(TransportPackets.Programs(0x20)));
        Assert.Equal(Plain, Scan(TransportPackets.Media(Video, isMarked: true)));
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x02)]
    [InlineData(0x10)]
    [InlineData(0x24)]
    public void Scan_EachKindOfVideo_IsVideo(byte type)
    {
        Scan(TransportPackets.Programs(0x20), TransportPackets.Program(0x20, (type, Video)));
        Assert.Equal(Point, Scan(TransportPackets.Media(Video, isMarked: true)));
    }

    [Fact]
    public void Scan_TableOverSeveralPackets_IsPutTogether()
    {
        byte[] section = TransportPackets.ProgramSection([(0x1b, Video)], descriptorBytes: 300);
        Scan(TransportPackets.Programs(0x20));
        Scan(TransportPackets.Packet(0x20, [0, .. section[..183]], begins: true), TransportPackets.Media(Sound));
        Assert.Equal(Plain, Scan(TransportPackets.Media(Video, isMarked: true)));
        Scan(TransportPackets.Packet(0x20, section.AsSpan(183), begins: false));
        Assert.Equal(Point, Scan(TransportPackets.Media(Video, isMarked: true)));
    }

    [Fact]
    public void Scan_SeveralPrograms_TheFirstWithVideoCounts()
    {
        Scan(TransportPackets.Programs(0x20, 0x21, 0x22));
        Scan(TransportPackets.Program(0x22, (0x1b, 0x50)), TransportPackets.Program(0x21, (0x1b, Video)), TransportPackets.Program(0x20, (0x0f, Sound)));
        Assert.Equal(Point, Scan(TransportPackets.Media(Video, isMarked: true)));
        Assert.Equal(Plain, Scan(TransportPackets.Media(0x50, isMarked: true)));
    }

    [Fact]
    public void Scan_AnotherProgramThanBefore_IsReadAnew()
    {
        Scan(TransportPackets.Programs(0x20), TransportPackets.Program(0x20, (0x1b, Video)));
        Scan(TransportPackets.Programs(0x30), TransportPackets.Program(0x30, (0x1b, 0x60)));
        Assert.Equal(Plain, Scan(TransportPackets.Media(Video, isMarked: true)));
        Assert.Equal(Point, Scan(TransportPackets.Media(0x60, isMarked: true)));
    }

    [Fact]
    public void Scan_SoundAlone_CanBeJoinedAtEachTable()
    {
        Scan(TransportPackets.Programs(0x20), TransportPackets.Program(0x20, (0x0f, Sound)));
        Assert.Equal(Table | Point, Scan(TransportPackets.Programs(0x20)));
        Assert.Equal(Plain, Scan(TransportPackets.Media(Sound, isMarked: true)));
    }

    [Fact]
    public void Scan_PrivateStreamThatIsRegisteredAsAv1_IsVideo()
    {
        byte[] section = [2, 0xb0, 24, 0, 1, 0xc1, 0, 0, 0xe1, 0, 0xf0, 0, 0x06, 0xe0, Video, 0xf0, 6, 0x05, 4, (byte)'A', (byte)'V', (byte)'0', (byte)'1', 0, 0, 0, 0];
        Scan(TransportPackets.Programs(0x20), TransportPackets.Packet(0x20, [0, .. section], begins: true));
        Assert.Equal(Point, Scan(TransportPackets.Media(Video, isMarked: true)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("47")]
    [InlineData("00112233")]
    public void Scan_NoTransportStream_SaysNothing(string payload) => Assert.Equal(Plain, _scanner.Scan(Convert.FromHexString(payload)));

    [Fact]
    public void Scan_CutAnywhere_NeverThrowsAndAllocatesNothing()
    {
        byte[] stream = [.. TransportPackets.Programs(0x20, 0x21), .. TransportPackets.Program(0x20, (0x1b, Video), (0x06, Sound)), .. TransportPackets.Media(Video, isMarked: true)];
        byte[] broken = [.. stream];
        Random random = new(5);
        Assert.Equal(0, AllocationMeter.SteadyBytes(() =>
        {
            broken[random.Next(broken.Length)] = (byte)random.Next(256);
            broken[188 * random.Next(3)] = 0x47;
            _scanner.Scan(broken.AsSpan(0, random.Next(broken.Length + 1)));
        }));
    }

    private AccessUnitHint Scan(params byte[][] packets) => _scanner.Scan(packets.SelectMany(static packet => packet).ToArray());
}
