using System.Buffers.Binary;
using System.Net;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend.Live;

public class LiveViewerTests
{
    /// <summary>A page that takes nothing loses whole groups, is told so, and goes on with the newest.</summary>
    [Fact]
    public async Task OnPass_ReaderTakesNothing_DropsToTheNextKeyPicture()
    {
        const int Packets = 600;
        await using FrontendHost host = await FrontendHost.StartAsync();
        LiveViewer viewer = (await host.Frontend.Live.OpenAsync(new LiveRequest("cam", IPAddress.Loopback))).Viewer!;
        for (int i = 0; i < Packets; i++)
        {
            await host.Mount.EmitAsync(0, payloadBytes: 60_000);
        }

        await host.SettleAsync();
        int read = 0;
        ushort last = 0;
        bool hasGap = false;
        while (viewer.TryRead(out LivePacket packet))
        {
            ushort number = BinaryPrimitives.ReadUInt16BigEndian(packet.Bytes[2..]);
            Assert.Equal(read > 0 && (ushort)(last + 1) != number, packet.IsAfterGap && read > 0);
            hasGap |= packet.IsAfterGap;
            last = number;
            read++;
        }

        Assert.True(hasGap);
        Assert.Equal(unchecked((ushort)(65_530 + Packets - 1)), last);
        Assert.Equal(Packets, read + viewer.DroppedPackets);
        Assert.Equal(1, host.Mount.Counters.Viewers(ViewerWay.Live));
        await viewer.CloseAsync();
        Assert.Equal((0, 0), (host.Mount.ClientCount, host.Frontend.Limits.Clients));
        Assert.Equal(0, host.Mount.Counters.Viewers(ViewerWay.Live));
    }

    /// <summary>Two groups wait, and their reader is more than a second behind: the newest is enough.</summary>
    [Fact]
    public async Task OnPass_ReaderIsBehind_GoesOnWithTheNewestGroup()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        LiveViewer viewer = (await host.Frontend.Live.OpenAsync(new LiveRequest("cam", IPAddress.Loopback))).Viewer!;
        await host.Mount.EmitAsync(0);
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));
        await host.Mount.EmitAsync(0);
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));
        await host.Mount.EmitAsync(0);
        await host.SettleAsync();

        Assert.True(viewer.TryRead(out LivePacket packet));
        Assert.True(packet.IsAfterGap);
        Assert.Equal(unchecked((ushort)(65_530 + 2)), BinaryPrimitives.ReadUInt16BigEndian(packet.Bytes[2..]));
        Assert.False(viewer.TryRead(out _));
        Assert.Equal(2, viewer.DroppedPackets);
        await viewer.CloseAsync();
    }

    /// <summary>A page that waits for a key picture gets the parameter sets and the SEI that came a moment before it, too.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OnPass_LeadingPacketsComeAlone_ThePictureBeginsWithThem(bool hasPictureBefore)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        LiveViewer viewer = (await host.Frontend.Live.OpenAsync(new LiveRequest("cam", IPAddress.Loopback))).Viewer!;
        if (hasPictureBefore)
        {
            await host.Mount.EmitRawAsync(0, RtpPacket(1), EntryFlags.Marker, 1000); // nothing can be begun with it
            await host.SettleAsync();
        }

        await host.Mount.EmitRawAsync(0, RtpPacket(2), EntryFlags.ParameterSets | EntryFlags.NonVcl, 4000);
        await host.SettleAsync();
        await host.Mount.EmitRawAsync(0, RtpPacket(3), EntryFlags.NonVcl, 4000);
        await host.SettleAsync();
        Assert.False(viewer.TryRead(out _));
        await host.Mount.EmitRawAsync(0, RtpPacket(4), EntryFlags.Marker | EntryFlags.RandomAccess, 4000);
        await host.SettleAsync();

        List<int> numbers = [];
        while (viewer.TryRead(out LivePacket packet))
        {
            numbers.Add(BinaryPrimitives.ReadUInt16BigEndian(packet.Bytes[2..]));
        }

        Assert.Equal([2, 3, 4], numbers);
        await viewer.CloseAsync();

        static byte[] RtpPacket(ushort number)
        {
            byte[] packet = new byte[20];
            packet[0] = 0x80;
            packet[1] = 96;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), number);
            return packet;
        }
    }

    /// <summary>Whoever comes after a page counts as whoever comes before one.</summary>
    [Fact]
    public async Task JoinAsync_BeforeAViewerOfTheSameShard_LeavesItCounted()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        LiveViewer viewer = (await host.Frontend.Live.OpenAsync(new LiveRequest("cam", IPAddress.Loopback))).Viewer!;
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);

        await host.Mount.EmitAsync(0, 5);
        for (int i = 0; i < 5; i++)
        {
            await client.ReadFrameAsync();
        }

        await host.SettleAsync();
        Assert.Equal(5, host.Mount.Counters.SentPackets(ViewerWay.Tcp));
        await viewer.CloseAsync();
    }

    [Theory]
    [InlineData(PlayOutcome.Full, (int)LiveRefusal.Full)]
    [InlineData(PlayOutcome.BackendUnavailable, (int)LiveRefusal.Unavailable)]
    public async Task OpenAsync_MountRefuses_LeavesNothingBehind(object outcome, int refusal)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.Mount.Outcome = (PlayOutcome)outcome;

        LiveOpening opening = await host.Frontend.Live.OpenAsync(new LiveRequest("cam", IPAddress.Loopback));

        Assert.Null(opening.Viewer);
        Assert.Equal((LiveRefusal)refusal, opening.Refusal);
        Assert.Equal(0, host.Frontend.Limits.Clients);
        Assert.Equal(0, host.Mount.Counters.Viewers(ViewerWay.Live));
    }

    /// <summary>The stop of the front-end ends it at once, and its reader closes it whenever it comes by.</summary>
    [Fact]
    public async Task StopAsync_WhileItIsThere_EndsIt()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        LiveViewer viewer = (await host.Frontend.Live.OpenAsync(new LiveRequest("cam", IPAddress.Loopback))).Viewer!;

        await host.StopFrontendAsync();

        await viewer.WaitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(SessionEnd.Stopping, viewer.EndCause);
        Assert.Equal((0, 0), (host.Mount.ClientCount, host.Frontend.Limits.Clients));
        await viewer.CloseAsync();
    }
}
