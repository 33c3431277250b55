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
    [InlineData("/usr/lib/x86_64-linux-gnu/libssl.so.3", true)]
    [InlineData("/opt/with blanks/libssl.so.1.1", true)]
    [InlineData("/usr/lib/x86_64-linux-gnu/libcrypto.so.3", false)]
    [InlineData("linux-vdso.so.1", false)]
    public void LoadedPath_OfALibrary_ItOrNothing(string path, bool isIt)
    {
        Assert.Equal(isIt ? path : null, OpenSslLibrary.LoadedPath(["/lib/libc.so.6", path]));
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
