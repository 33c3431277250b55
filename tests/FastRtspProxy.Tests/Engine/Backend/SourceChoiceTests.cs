using System.Globalization;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>
/// The rules of <see cref="SourceChoice"/>, one a test. A script is a list of packets `A10` (source A, number 10) and `+300` (ms go by); what plays is
/// what the choice passed on at once or kept and passed on later.
/// </summary>
[Collection(nameof(Allocations))]
public sealed class SourceChoiceTests
{
    private readonly SourceChoice _choice = new();
    private readonly List<string> _kept = [];
    private readonly List<string> _played = [];
    private long _nowMicros = 50_000_000;

    [Theory]
    [InlineData("A10 B11 B12 C13")]
    [InlineData("A10 B12 B13")]
    [InlineData("A10 B26 B27")]
    [InlineData("A65535 B0 B1")]
    [InlineData("A10 B11 A12 B13 A14 B15 A16")]
    [InlineData("A10 B11 A9 B12 A13")]
    [InlineData("A10 +60000 B11 +60000 A12")]
    [InlineData("A10 B11 C12 D13 E14 F15 G16 A17 B18")]
    public void Judge_NumbersGoOn_AreOneStreamWhateverItsSsrcs(string script)
    {
        foreach (bool isOrdered in new[] { true, false })
        {
            Assert.Equal(Packets(script), Play(script, isOrdered));
            Assert.Equal(((uint)'A', 0L, 0L), (_choice.Source, _choice.Changes, _choice.Others));
            Assert.Null(_choice.Rival);
            _choice.BeginAnew();
        }
    }

    [Fact]
    public void Judge_ParameterSetsWithSsrc0_AreOfTheStream()
    {
        Assert.Equal(SourceVerdict.Begins, _choice.Judge(0, 1, 0, false));
        Assert.Equal(SourceVerdict.GoesOn, _choice.Judge(0, 2, 0, false));
        Assert.Equal(SourceVerdict.GoesOn, _choice.Judge(2, 3, 0, false));
        Assert.Equal(SourceVerdict.GoesOn, _choice.Judge(0, 4, 0, false));
        Assert.True(_choice.IsOfStream(2) && _choice.IsOfStream(0));
        Assert.False(_choice.IsOfStream(3));
    }

    [Fact]
    public void Judge_LossLongerThanGoesOnMaxBetweenSsrcsOfOneStream_IsLossAndNoOtherSource()
    {
        Assert.Equal(Packets("A10 B11 A12 B500 A501"), Play("A10 B11 A12 B500 A501", isOrdered: false));
        Assert.Equal(0, _choice.Changes);
    }

    [Theory]
    [InlineData("A10 B5000 B5001 B5002")]
    [InlineData("A10 B27 B28")]
    public void Judge_OtherNumbersOverTcp_PlayAtOnce(string script)
    {
        Assert.Equal(Packets(script), Play(script, isOrdered: true));
        Assert.Equal((uint)'B', _choice.Source);
        Assert.Equal((1L, 0L), (_choice.Changes, _choice.Others));
    }

    [Theory]
    [InlineData("A10 B11 D14 C12 C13 D15", "A10 B11 D14 C12 C13 D15")]
    [InlineData("A10 A11 C9", "A10 A11")]
    public void Judge_FirstPacketOfAnSsrcIsOvertaken_IsOfTheStreamWhereThatChangesItsSsrcs(string script, string played) =>
        Assert.Equal(Packets(played), Play(script, isOrdered: false));

    [Fact]
    public void Judge_OtherNumbersAfterSilence_PlayAtOnce() => Assert.Equal(Packets("A10 B5000 B5001"), Play("A10 +200 B5000 B5001", isOrdered: false));

    [Theory]
    [InlineData("A10 A11 B5000 B5001 B5002 B5003")]
    [InlineData("A10 A11 B5001 B5000 B5002")]
    [InlineData("A10 B5000 A11 B5001 B5002")]
    [InlineData("A10 B5000 +200 B5001")]
    public void Judge_OtherNumbersOverUdp_PlayFromTheThirdPacketAndNoneIsLost(string script)
    {
        Assert.Equal(Packets(script).Order(), Play(script, isOrdered: false).Order());
        Assert.Equal((1L, 0L), (_choice.Changes, _choice.Others));
    }

    [Theory]
    [InlineData("A10 B5000 A11 A12 B5001 A13 A14", 2)]
    [InlineData("A10 B5000 C700 D800 A11", 3)]
    [InlineData("A10 B5000 B5001 A11 A12 A13 B5002 A14", 3)]
    public void Judge_StraysOverUdp_GoToNobodyAndAreCounted(string script, int strays)
    {
        Assert.All(Play(script, isOrdered: false), packet => Assert.StartsWith("A", packet, StringComparison.Ordinal));
        Assert.Equal(strays, _choice.Others);
    }

    [Theory]
    [InlineData("A10 B500 B501 A11 B502 A12 B503 B504 A13", true, "A10 B500 B501 A11 A12 A13")]
    [InlineData("A10 +250 B500 +250 A11 B501 A12 B502", false, "A10 B500 A11 A12")]
    [InlineData("A10 B500 C900 A11 B501 C901 A12", true, "A10 B500 C900 A11 A12")]
    public void Judge_TwoByTurns_TheFirstStays(string script, bool isOrdered, string played)
    {
        Assert.Equal(Packets(played), Play(script, isOrdered));
        Assert.NotNull(_choice.Rival);
        Assert.NotEqual(0, _choice.Others);
    }

    [Theory]
    [InlineData("A10 B500 A11 B501 A12 B502", true, "A10 B500 B501 B502")]
    [InlineData("A10 A11 B500 A12 B501 A13 B502", false, "A10 A11 B500 B501 B502")]
    [InlineData("B500 A11 B501 A12 B502", true, "B500 A11 B501 B502")]
    public void Judge_TwoByTurns_TheNamedOneStays(string script, bool isOrdered, string played)
    {
        _choice.Named = 'B';
        Assert.Equal(Packets(played), Play(script, isOrdered));
        Assert.Equal((uint)'A', _choice.Rival);
    }

    [Fact]
    public void Judge_ByTurnsInGroups_TheFirstStaysAndItsPausesDoNotMatter()
    {
        List<string> played = PlayGroups(groups: 40, packetsEach: 25, millisEach: 1000);
        Assert.Equal(25, played.Count(p => p.StartsWith('B')));
        Assert.Equal(20 * 25, played.Count(p => p.StartsWith('A')));
    }

    [Theory]
    [InlineData(4, 300)]
    [InlineData(100, 5000)]
    public void Judge_ByTurnsInShortOrLongGroups_SettlesAfterAFewChanges(int packetsEach, int millisEach)
    {
        PlayGroups(groups: 100, packetsEach, millisEach);
        Assert.InRange(_choice.Changes, 2, 9);
    }

    [Fact]
    public void Judge_LateOnesOfTheSourceThatWasLeft_DoNotBringItBack()
    {
        Assert.Equal(Packets("A10 A12 B500 B501 B502"), Play("A10 A12 B500 A11 A9 B501 B502", isOrdered: true));
        Assert.Null(_choice.Rival);
    }

    [Fact]
    public void Judge_WhatWasUnderWayWhenTheSourceWasLeft_CostsAFifthOfASecond()
    {
        Play("A10 B500 A11 A12 B501", isOrdered: true);
        Assert.Equal('A', _choice.Source);
        Assert.Equal(["B506", "B507"], Play("B502 +190 B503 +10 B506 B507", isOrdered: true)[^2..]);
    }

    [Fact]
    public void Judge_TheFirstComesBackAfterTenSeconds_HasBegunAnew()
    {
        List<string> script = ["A10"];
        for (int i = 0; i < 110; i++)
        {
            script.Add($"B{500 + i} +100");
        }

        Play(string.Join(' ', script), isOrdered: true);
        Play("A11 B900 B901", isOrdered: true);
        Assert.Equal('A', _played.First(p => p == "A11")[0]);
        Assert.Equal('B', _choice.Source); // by turns now, and B is the first of these two
    }

    [Fact]
    public void Judge_TheOneThatStaysFallsSilentForGood_TheOtherPlays()
    {
        Play("A10 B500 " + string.Join(' ', Enumerable.Range(11, 40).Select(i => $"A{i} B{490 + i}")), isOrdered: true);
        Assert.Equal('A', _choice.Source);
        List<string> script = [];
        for (int i = 0; i < 100; i++)
        {
            script.Add($"B{600 + i} +100");
        }

        Assert.Equal(80, Play(string.Join(' ', script), isOrdered: true).Count);
    }

    [Fact]
    public void BeginAnew_AfterAnotherPlay_TakesWhicheverComes()
    {
        Play("A10 B500 A11", isOrdered: true);
        _choice.BeginAnew();
        Assert.Equal(Packets("B700 B701"), Play("B700 B701", isOrdered: false));
        Assert.Null(_choice.Rival);
    }

    [Fact]
    public void Judge_TwoByTurns_AllocatesNothing()
    {
        Play("A10 B500 A11", isOrdered: false);
        int i = 0;

        Assert.Equal(0, AllocationMeter.SteadyBytes(
            () =>
            {
                _ = _choice.Judge('A', (ushort)(11 + i), _nowMicros, false);
                _ = _choice.Judge('B', (ushort)(40_000 + i), _nowMicros, false);
                _ = _choice.Judge((uint)i, (ushort)(20_000 + i), _nowMicros, false);
                i++;
            },
            rounds: 30_000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Judge_NewSsrcForEachGroupAndPacketsOvertaken_IsOneStream(int seed)
    {
        Random random = new(seed);
        ushort number = (ushort)random.Next();
        List<(uint Ssrc, ushort Number)> packets = [];
        for (uint group = 1; group < 200; group++)
        {
            for (int i = random.Next(4, 60); i > 0; i--)
            {
                packets.Add((group, number++));
            }
        }

        for (int i = 0; i + 8 < packets.Count; i += 8)
        {
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(packets).Slice(i + 1, 7));
        }

        foreach ((uint ssrc, ushort sequenceNumber) in packets)
        {
            SourceVerdict verdict = _choice.Judge(ssrc, sequenceNumber, _nowMicros++, false);
            Assert.True(verdict == SourceVerdict.GoesOn || (ssrc, sequenceNumber) == packets[0], $"{ssrc} {sequenceNumber}: {verdict}");
        }
    }

    private List<string> PlayGroups(int groups, int packetsEach, int millisEach)
    {
        List<string> script = [];
        int[] numbers = [10, 30_000];
        for (int group = 0; group < groups; group++)
        {
            for (int i = 0; i < packetsEach; i++)
            {
                script.Add($"{(char)('A' + (group % 2))}{numbers[group % 2]++} +{millisEach / packetsEach}");
            }
        }

        return Play(string.Join(' ', script), isOrdered: true);
    }

    private static List<string> Packets(string script) => [.. script.Split(' ').Where(w => w[0] != '+')];

    private List<string> Play(string script, bool isOrdered)
    {
        int before = _played.Count;
        foreach (string word in script.Split(' '))
        {
            if (word[0] == '+')
            {
                _nowMicros += int.Parse(word[1..], CultureInfo.InvariantCulture) * 1000L;
                continue;
            }

            switch (_choice.Judge(word[0], ushort.Parse(word[1..], CultureInfo.InvariantCulture), _nowMicros, isOrdered))
            {
                case SourceVerdict.GoesOn:
                    _played.Add(word);
                    break;
                case SourceVerdict.Begins:
                    _played.AddRange(_kept[^_choice.Kept..]);
                    _played.Add(word);
                    break;
                case SourceVerdict.Keep:
                    _kept.Add(word);
                    break;
            }
        }

        return _played[before..];
    }
}
