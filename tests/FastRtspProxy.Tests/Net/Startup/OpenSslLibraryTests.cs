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

    [Theory]
    [InlineData(0x30000160, "3.0.22")]
    [InlineData(0x30500040, "3.5.4")]
    [InlineData(0x1010117f, "1.1.1w")]
    [InlineData(0x1010100f, "1.1.1")]
    public void VersionText_NumberOfOpenSsl_AsOpenSslWritesIt(long number, string text)
    {
        Assert.Equal(text, OpenSslLibrary.VersionText(number));
    }

    [Fact]
    public void Describe_WhereTheFrameworkUsesTheMachines_VersionAndFile()
    {
        Assert.Matches(@"^\d+\.\d+\.\d+[a-z]? of this machine \(/.+/libssl\.so[.\d]*\)$", OpenSslLibrary.Describe());
    }
}
