using System.Text;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.Rtsp;

public sealed class RepeatedTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("rtsp://192.0.2.1:8554/proxyStream-1/track1")]
    [InlineData("Kamera Tür")]
    public void Of_TheSameTextAgain_IsTheSameString(string text)
    {
        string first = RepeatedText.Of(text.AsSpan());

        Assert.Equal(text, first);
        Assert.Same(first, RepeatedText.Of(text.AsSpan()));
        Assert.Same(first, RepeatedText.Of(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("rtsp://h/cam?token=secret")]
    [InlineData("rtsp://user:secret@h/cam")]
    public void Of_TextThatMayHoldASecret_IsNotKept(string text)
    {
        string first = RepeatedText.Of(text.AsSpan());
        string second = RepeatedText.Of(Encoding.UTF8.GetBytes(text));

        Assert.Equal(text, first);
        Assert.Equal(text, second);
        Assert.NotSame(first, RepeatedText.Of(text.AsSpan()));
        Assert.NotSame(second, RepeatedText.Of(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>A log-in, well or badly written: its token is the user and the password in base64.</summary>
    [Theory]
    [InlineData("Basic dXNlcjpnZWhlaW0x=", "dXNlcjpnZWhlaW0x")]
    [InlineData("basic dXNlcjpnZWhlaW0y==", "dXNlcjpnZWhlaW0y")]
    [InlineData("Bearer dXNlcjpnZWhlaW0z=", "dXNlcjpnZWhlaW0z")]
    [InlineData("dXNlcjpnZWhlaW00", "dXNlcjpnZWhlaW00")]
    [InlineData("Basic, dXNlcjpnZWhlaW01=", "dXNlcjpnZWhlaW01")]
    public void Of_TokenOfALogIn_WasNotKept(string authorization, string token)
    {
        Assert.NotSame(RepeatedText.Of("any".AsSpan()), RepeatedText.Of("other".AsSpan()));
        _ = AuthParameters.Parse(authorization);

        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = RepeatedText.Of(token.AsSpan());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() > before, "it was there already");
    }

    [Fact]
    public void Of_LongText_IsNotKept()
    {
        string text = new('x', RepeatedText.CharsMax + 1);

        Assert.Equal(text, RepeatedText.Of(text.AsSpan()));
        Assert.NotSame(RepeatedText.Of(text.AsSpan()), RepeatedText.Of(text.AsSpan()));
    }

    [Fact]
    public void Of_BytesThatAreNoUtf8_AreReplaced() => Assert.Equal("a\ufffdb", RepeatedText.Of([(byte)'a', 0xFF, (byte)'b']));

    [Fact]
    public void Of_MoreTextThanIsKept_HoldsNoMore()
    {
        // On a thread of its own, whose pool is its own too: what others keep is none of this test's business.
        int held = 0;
        Thread thread = new(() =>
        {
            WeakReference<string>[] made = Fill(50_000);
            GC.Collect();
            held = made.Count(static text => text.TryGetTarget(out _));
        });
        thread.Start();
        thread.Join();

        Assert.InRange(held, 1, 2048);
    }

    [Fact]
    public void Of_TheSameTextAgain_AllocatesNothing()
    {
        byte[] text = "rtsp://192.0.2.1:8554/proxyStream-1/track2"u8.ToArray();

        Assert.Equal(0, AllocationMeter.SteadyBytes(() => RepeatedText.Of(text)));
    }

    private static WeakReference<string>[] Fill(int count)
    {
        WeakReference<string>[] made = new WeakReference<string>[count];
        for (int i = 0; i < count; i++)
        {
            made[i] = new WeakReference<string>(RepeatedText.Of($"rtsp://h/stream{i}".AsSpan()));
        }

        return made;
    }
}
