using FastRtspProxy.Net.Startup;

namespace FastRtspProxy.Tests.Net.Startup;

public sealed class CertificateBundleTests
{
    [Theory]
    [InlineData("/etc/ssl/certs/ca-certificates.crt")]
    [InlineData("/etc/pki/tls/certs/ca-bundle.crt")]
    [InlineData("/etc/ssl/ca-bundle.pem")]
    [InlineData("/var/lib/ca-certificates/ca-bundle.pem")]
    public void Choose_NothingWhereOpenSslLooks_TheDistributionsBundle(string bundle)
    {
        Assert.Equal(bundle, CertificateBundle.Choose(isSaid: false, path => path == bundle));
    }

    [Theory]
    [InlineData("/usr/lib/ssl/certs")]
    [InlineData("/usr/lib/ssl/cert.pem")]
    public void Choose_CertificatesWhereOpenSslLooks_Nothing(string compiledIn)
    {
        Assert.Null(CertificateBundle.Choose(isSaid: false, path => path == compiledIn || path == "/etc/ssl/certs/ca-certificates.crt"));
    }

    [Fact]
    public void Choose_TheUserSaidWhere_Nothing()
    {
        Assert.Null(CertificateBundle.Choose(isSaid: true, static path => path.StartsWith("/etc", StringComparison.Ordinal)));
    }

    [Fact]
    public void Choose_NoneAnywhere_Nothing()
    {
        Assert.Null(CertificateBundle.Choose(isSaid: false, static _ => false));
    }
}
