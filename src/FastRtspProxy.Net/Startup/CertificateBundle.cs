using System.Text;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// Where the certificates of trusted authorities are. OpenSSL knows the folder of the machine that it was built on; linked in, it comes to machines
/// that keep them elsewhere, and there every rtsps camera would be refused.
/// </summary>
internal static unsafe class CertificateBundle
{
    private const string FileVariable = "SSL_CERT_FILE";
    private const string FolderVariable = "SSL_CERT_DIR";

    /// <summary>What Debian's OpenSSL has compiled in (its openssl-version(1): OPENSSLDIR).</summary>
    private static readonly string[] s_compiledIn = ["/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs"];

    /// <summary>
    /// One file with all of them, in the order in which distributions are met: Debian, Ubuntu, Arch and Alpine; Red Hat; SUSE; OpenELEC and the like.
    /// </summary>
    private static readonly string[] s_bundles =
    [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/ca-bundle.pem",
        "/var/lib/ca-certificates/ca-bundle.pem",
        "/etc/pki/tls/cacert.pem",
        "/etc/ssl/cert.pem",
    ];

    /// <summary>Before OpenSSL looks: names the machine's bundle where nobody has said another and the compiled-in places have none.</summary>
    public static void UseTheMachines()
    {
        bool isSaid = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(FileVariable))
            || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(FolderVariable));
        if (Choose(isSaid, HasContent) is not { } bundle)
        {
            return;
        }

        // Both: the framework's own copy of the environment, and the one that OpenSSL reads.
        Environment.SetEnvironmentVariable(FileVariable, bundle);
        fixed (byte* name = Encoding.UTF8.GetBytes(FileVariable + '\0'))
        fixed (byte* value = Encoding.UTF8.GetBytes(bundle + '\0'))
        {
            _ = Libc.SetEnvironment(name, value, 1);
        }
    }

    /// <summary>The file to name; null: nothing is to be named.</summary>
    internal static string? Choose(bool isSaid, Func<string, bool> hasContent)
    {
        if (isSaid)
        {
            return null;
        }

        foreach (string place in s_compiledIn)
        {
            if (hasContent(place))
            {
                return null;
            }
        }

        foreach (string bundle in s_bundles)
        {
            if (hasContent(bundle))
            {
                return bundle;
            }
        }

        return null;
    }

    /// <summary>A file that is not empty, or a folder with something in it.</summary>
    private static bool HasContent(string path)
    {
        try
        {
            return Directory.Exists(path)
                ? Directory.EnumerateFileSystemEntries(path).GetEnumerator().MoveNext()
                : new FileInfo(path) is { Exists: true, Length: > 0 };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
