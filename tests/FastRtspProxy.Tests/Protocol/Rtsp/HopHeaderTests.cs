using System.Security.Cryptography;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Protocol.Rtsp;

public sealed class HopHeaderTests
{
    private static readonly byte[] s_key = SHA256.HashData("secret"u8);
    private static readonly DateTimeOffset s_now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    private static string Made => HopHeader.Make(s_key, "b", "a", 28, s_now, "SETUP", "gate/1");

    [Fact]
    public void TryParse_WhatWasMade_GivesItsPartsAndProvesIt()
    {
        Assert.True(HopHeader.TryParse(Made, out HopHeader hop));

        Assert.Equal(("b", 28L, s_now.ToUnixTimeMilliseconds()), (hop.Node, hop.Epoch, hop.UnixMilliseconds));
        Assert.True(hop.IsProof(s_key, "a", "SETUP", "gate/1"));
    }

    [Fact]
    public void IsProof_AnythingElse_IsNone()
    {
        Assert.True(HopHeader.TryParse(Made, out HopHeader hop));

        Assert.False(hop.IsProof(SHA256.HashData("another"u8), "a", "SETUP", "gate/1"));
        Assert.False(hop.IsProof(s_key, "c", "SETUP", "gate/1"));
        Assert.False(hop.IsProof(s_key, "a", "PLAY", "gate/1"));
        Assert.False(hop.IsProof(s_key, "a", "SETUP", "gate/2"));
        Assert.False((hop with { Node = "c" }).IsProof(s_key, "a", "SETUP", "gate/1"));
        Assert.False((hop with { Epoch = 29 }).IsProof(s_key, "a", "SETUP", "gate/1"));
        Assert.False((hop with { UnixMilliseconds = hop.UnixMilliseconds + 1 }).IsProof(s_key, "a", "SETUP", "gate/1"));
        Assert.False((hop with { Nonce = hop.Nonce[..^1] + "x" }).IsProof(s_key, "a", "SETUP", "gate/1"));
        Assert.False(default(HopHeader).IsProof(s_key, "a", "SETUP", "gate/1"));
    }

    [Fact]
    public void Make_Twice_HasAnotherNonce() => Assert.NotEqual(Made, Made);

    [Fact]
    public void TryParse_EachPrefixAndEachByteChanged_IsNoneOrNoProof()
    {
        string made = Made;
        for (int i = 0; i < made.Length; i++)
        {
            Assert.False(HopHeader.TryParse(made[..i], out _), made[..i]);
            string changed = made[..i] + (made[i] == '0' ? '1' : '0') + made[(i + 1)..];
            Assert.False(HopHeader.TryParse(changed, out HopHeader hop) && hop.IsProof(s_key, "a", "SETUP", "gate/1"), changed);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(";;;;")]
    [InlineData("b;-1;0;0123456789abcdef;0")]
    [InlineData("b;99999999999999999999;0;0123456789abcdef;0")]
    public void TryParse_Rubbish_IsNone(string? text) => Assert.False(HopHeader.TryParse(text, out _));

    [Fact]
    public void TryParse_RandomTexts_NeverThrows()
    {
        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            Assert.False(HopHeader.TryParse(new string([.. Enumerable.Range(0, random.Next(300)).Select(_ => (char)random.Next(32, 127))]), out _));
            _ = HopHeader.TryParse(string.Join(';', Enumerable.Range(0, 5).Select(_ => random.NextInt64().ToString("x64")[random.Next(60)..])), out _);
        }
    }
}
