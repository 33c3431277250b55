using System.Globalization;
using FastRtspProxy.EndToEndTests.Configuration;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Players that name moments (Range: clock=): what they get begins and ends there, to the picture, as the numbers in the pictures say.</summary>
public sealed class MomentTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const int GroupPictures = 50;

    /// <summary>The proxy gets a picture after the camera has sent it, and before a player has it, but for so much that their clocks are read apart.</summary>
    private static readonly TimeSpan s_apart = TimeSpan.FromSeconds(0.5);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Play_FromOneMomentToAnother_BeginsAtTheRandomAccessPointBeforeAndEndsThere(bool tcp)
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        using ConfigFile config = new($"streams:\n  gate: {{source: \"{camera.Urls[0]}\", transport: tcp, keep: {{time: 30s}}}}\n");
        ProxyProcess proxy = await StartProxyAsync("--config", config.Path);
        await using RawPlayer witness = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await witness.PlayAsync();
        KnownPoint? found = null;
        await WaitUntilAsync("a point that is known", () => (found = PointOf(PicturesOf(witness))) is not null);
        KnownPoint point = found!;

        await AssertRefusedAsync(proxy.PlayUrl, tcp, Clock(DateTime.UtcNow.AddHours(1)) + "-");
        await AssertPlaysOnAsync(proxy.PlayUrl, tcp, witness, point);
        await AssertEndsAsync(proxy.PlayUrl, tcp, witness, point, point.Moment.AddSeconds(1.5)); // that is over
        await AssertEndsAsync(proxy.PlayUrl, tcp, witness, point, DateTime.UtcNow.AddSeconds(2)); // that is to come
    }

    private static async Task AssertRefusedAsync(string url, bool tcp, string range)
    {
        await using RawPlayer player = await RawPlayer.ConnectAsync(url, tcp);
        await player.SetUpAsync();
        Assert.Equal(457, (await player.AskToPlayAsync("clock=" + range)).Status);
    }

    private static async Task AssertPlaysOnAsync(string url, bool tcp, RawPlayer witness, KnownPoint point)
    {
        await using RawPlayer player = await PlayAsync(url, tcp, point, "");
        long present = NewestOf(witness) + 25;
        await WaitUntilAsync("the present", () => NewestOf(player) >= present);
        AssertWhole(player, point);
        Assert.All(player.Tracks, static track => Assert.False(track.SawBye));
    }

    private static async Task AssertEndsAsync(string url, bool tcp, RawPlayer witness, KnownPoint point, DateTime to)
    {
        await using RawPlayer player = await PlayAsync(url, tcp, point, Clock(to));
        await WaitUntilAsync("a BYE for each track", () => player.Tracks.All(static track => track.SawBye));
        Assert.Equal(200, (await player.RequestAsync("GET_PARAMETER", player.Url)).Status); // as after a PAUSE
        long later = NewestOf(witness) + 25;
        await WaitUntilAsync(
            "later pictures elsewhere", () => PicturesOf(witness)[^1].Unit is { } newest && newest.Number >= later && newest.Sent > to + s_apart);

        IReadOnlyList<(DateTime At, RecordedUnit Unit)> elsewhere = PicturesOf(witness);
        long least = elsewhere.Last(picture => picture.At + s_apart <= to).Unit.Number;
        long most = elsewhere.Last(picture => picture.Unit.Sent - s_apart <= to).Unit.Number;
        await WaitUntilAsync("the range", () => NewestOf(player) >= least);
        AssertWhole(player, point);
        Assert.InRange(NewestOf(player), least, most);
    }

    /// <summary>Plays what came since a known point. The answer says when that came, and where it ends, if it does.</summary>
    private static async Task<RawPlayer> PlayAsync(string url, bool tcp, KnownPoint point, string to)
    {
        RawPlayer player = await RawPlayer.ConnectAsync(url, tcp);
        await player.SetUpAsync();
        RtspReply answer = await player.AskToPlayAsync($"clock={Clock(point.Moment)}-{to}");
        Assert.Equal(200, answer.Status);
        string[] range = (answer.Header("Range") ?? "").Split('=', '-');
        Assert.Equal(("clock", to), (range[0], range[^1]));
        Assert.InRange(MomentOf(range[1]), point.Unit.Sent - (2 * s_apart), point.At + (2 * s_apart));
        return player;
    }

    /// <summary>It begins with the point, nothing is missing, and each track begins as RTP-Info says.</summary>
    private static void AssertWhole(RawPlayer player, KnownPoint point)
    {
        RecordedUnit[] units = [.. PicturesOf(player).Select(static picture => picture.Unit)];
        RecordedUnit.AssertWithoutASeam(units, 1);
        Assert.Equal(point.Unit, units[0]);
        Assert.All(player.Tracks, static track => Assert.True(track.Packets > 0 && track.Disorders == 0, track.FirstDisorder));
        Assert.All(player.Tracks, static track => Assert.Equal(track.PromisedSequenceNumber ?? track.FirstSequenceNumber, track.FirstSequenceNumber));
    }

    /// <summary>
    /// The newest random access point, with some seconds behind it, of which it is certain that it was the newest at some moment: a player had it before,
    /// and the camera sent the next one after. Where one of the programs stood still meanwhile that is not certain, and another one is taken.
    /// </summary>
    private static KnownPoint? PointOf(IReadOnlyList<(DateTime At, RecordedUnit Unit)> pictures)
    {
        for (int i = pictures.Count - 1 - (3 * GroupPictures); i >= 0; i--)
        {
            (DateTime at, RecordedUnit unit) = pictures[i];
            RecordedUnit next = pictures[i + GroupPictures].Unit;
            if (unit.Number % GroupPictures == 0 && next.Number == unit.Number + GroupPictures && next.Sent - at > 2 * s_apart)
            {
                return new KnownPoint(unit, at, at + ((next.Sent - at) / 2));
            }
        }

        return null;
    }

    private static IReadOnlyList<(DateTime At, RecordedUnit Unit)> PicturesOf(RawPlayer player) =>
        player.Tracks.Single(static track => track.ClockRate == 90_000).Pictures;

    private static long NewestOf(RawPlayer player) => PicturesOf(player).Select(static picture => picture.Unit.Number).LastOrDefault(-1);

    private static string Clock(DateTime time) => time.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);

    private static DateTime MomentOf(string text) =>
        DateTime.ParseExact(text, "yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    /// <summary>A random access point, when it had come to a player, and a moment between that and the next one.</summary>
    private sealed record KnownPoint(RecordedUnit Unit, DateTime At, DateTime Moment);
}
