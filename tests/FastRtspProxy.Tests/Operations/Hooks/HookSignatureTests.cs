using System.Text;
using FastRtspProxy.Operations.Hooks;

namespace FastRtspProxy.Tests.Operations.Hooks;

/// <summary>What receivers compute themselves.</summary>
public sealed class HookSignatureTests
{
    /// <summary>By <c>printf '1764158400.d1.{"event":"stream.up"}' | openssl dgst -sha256 -hmac geheim</c>.</summary>
    [Fact]
    public void Of_IsTheHmacOfTimestampDeliveryAndBody() => Assert.Equal(
        "v1=7c4e2e7565d63b5f32190fa7a4069587b59d21a339b58d94abebc90fa14d99d2", HookSignature.Of("geheim", 1764158400, "d1", Encoding.UTF8.GetBytes("{\"event\":\"stream.up\"}")));

    [Fact]
    public void Of_AnotherTimestampDeliveryOrBody_IsAnother()
    {
        string[] all =
        [
            HookSignature.Of("s", 1, "d", "b"u8), HookSignature.Of("s", 2, "d", "b"u8), HookSignature.Of("s", 1, "e", "b"u8),
            HookSignature.Of("s", 1, "d", "c"u8), HookSignature.Of("t", 1, "d", "b"u8),
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
    }
}
