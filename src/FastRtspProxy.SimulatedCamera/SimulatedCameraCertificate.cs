using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>A camera's certificate as cameras have it: signed by itself.</summary>
internal static class SimulatedCameraCertificate
{
    /// <summary>For localhost and the address, good for a year from yesterday.</summary>
    public static X509Certificate2 Make(IPAddress address)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=rtspsim camera", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(365));
    }
}
