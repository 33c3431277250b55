using FastRtspProxy.Net.Startup;

namespace FastRtspProxy.Tests.Net.Startup;

public sealed class StartupCodeTests
{
    [Theory]
    [InlineData("55d0c8a00000-55d0c92a0000 r-xp 00200000 fe:00 123                        /opt/fast rtsp/proxy", "/opt/fast rtsp/proxy", 0x8a0000)]
    [InlineData("55d0c8a00000-55d0c92a0000 r--p 00200000 fe:00 123                        /opt/proxy", "/opt/proxy", 0)]
    [InlineData("55d0c8a00000-55d0c92a0000 rw-p 00200000 fe:00 123                        /opt/proxy", "/opt/proxy", 0)]
    [InlineData("55d0c8a00000-55d0c92a0000 r-xp 00200000 fe:00 123                        /usr/lib/libc.so.6", "/opt/proxy", 0)]
    [InlineData("55d0c8a00000-55d0c92a0000 r-xp 00000000 00:00 0", "/opt/proxy", 0)]
    [InlineData("55d0c92a0000-55d0c8a00000 r-xp 00200000 fe:00 123                        /opt/proxy", "/opt/proxy", 0)]
    [InlineData("nonsense r-xp 00200000 fe:00 123 /opt/proxy", "/opt/proxy", 0)]
    [InlineData("", "/opt/proxy", 0)]
    [InlineData("55d0c8a00000-55d0c92a0000 r-xp 00200000 fe:00 123                        /opt/proxy", null, 0)]
    public void TryReadCode_LineOfMaps_IsCodeOfOurFileOnly(string line, string? file, long expectedBytes)
    {
        bool isCode = StartupCode.TryReadCode(line, file, out _, out nuint length);

        Assert.Equal(expectedBytes > 0, isCode);
        Assert.Equal(expectedBytes, (long)length);
    }

    /// <summary>What runs goes on running: the code is read again where it is needed.</summary>
    [Fact]
    public void GiveBack_OfThisProcess_LeavesItRunning()
    {
        Assert.True(StartupCode.GiveBack() > 0);
        Assert.True(StartupCode.GiveBack() > 0);
    }
}
