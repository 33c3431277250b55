using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>The authorities of a file (PEM), in the place of those of the machine.</summary>
internal static class ClusterAuthorities
{
    /// <summary>Null: no file is named.</summary>
    /// <exception cref="IOException">It cannot be read, or holds no certificate; the message says which.</exception>
    public static X509Certificate2Collection? Read(string? file)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            X509Certificate2Collection authorities = [];
            authorities.ImportFromPemFile(file);
            return authorities.Count > 0 ? authorities : throw new IOException($"there is no certificate in {file}");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or CryptographicException)
        {
            throw new IOException($"{file} cannot be used: {e.Message}", e);
        }
    }
}
