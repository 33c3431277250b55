using FastRtspProxy.Net.Startup;

namespace FastRtspProxy.Tests.Net.Startup;

public sealed class OpenSslLibraryTests
{
    [Fact]
    public void WhyUnusable_WhereTheFrameworkUsesIt_Null()
    {
        Assert.Equal(32, System.Security.Cryptography.RandomNumberGenerator.GetBytes(32).Length);
        Assert.Null(OpenSslLibrary.WhyUnusable());
    }

    [Theory]
    [InlineData("7f00-7f01 r--p 00000000 fe:00 123                        /usr/lib/x86_64-linux-gnu/libssl.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.3")]
    [InlineData("7f00-7f01 r--p 00000000 fe:00 123                        /opt/with blanks/libssl.so.1.1", "/opt/with blanks/libssl.so.1.1")]
    [InlineData("7f00-7f01 r--p 00000000 fe:00 123                        /usr/lib/x86_64-linux-gnu/libcrypto.so.3", null)]
    [InlineData("7f00-7f01 rw-p 00000000 00:00 0 ", null)]
    public void LoadedPath_LineOfMaps_TheLibraryOrNothing(string line, string? path)
    {
        Assert.Equal(path, OpenSslLibrary.LoadedPath([line]));
    }
}
