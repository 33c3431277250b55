using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Tests.Protocol.Auth;

public sealed class NonceMintTests
{
    private readonly NonceMint _mint = new();

    [Fact]
    public void Next_EachTime_IsThirtyTwoHexDigitsAndOurs()
    {
        string one = _mint.Next();
        string other = _mint.Next();

        Assert.Matches("^[0-9a-f]{32}$", one);
        Assert.NotEqual(one, other);
        Assert.True(_mint.IsOurs(one));
        Assert.True(_mint.IsOurs(other));
    }

    [Fact]
    public void IsOurs_AnotherMint_IsNot()
    {
        Assert.False(_mint.IsOurs(new NonceMint().Next()));
        Assert.False(_mint.IsOurs(DigestVerifier.NewNonce()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000g")]
    [InlineData("000000000000000000000000000000000000000000000000")]
    public void IsOurs_MadeUp_IsNot(string nonce) => Assert.False(_mint.IsOurs(nonce));

    [Fact]
    public void IsOurs_OneDigitChanged_IsNot()
    {
        string nonce = _mint.Next();
        for (int i = 0; i < nonce.Length; i++)
        {
            Assert.False(_mint.IsOurs(string.Concat(nonce.AsSpan(0, i), nonce[i] == '0' ? "1" : "0", nonce.AsSpan(i + 1))), $"digit {i}");
        }
    }
}
