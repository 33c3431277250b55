using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// Random numbers, digests and TLS go through OpenSSL. The published binaries have it linked in; a build that uses the machine's would be aborted by
/// the framework, with a status and a line that help nobody, at the first random number where there is none or none that it can use. So it is asked
/// first.
/// </summary>
internal static partial class OpenSslLibrary
{
    private const string Shim = "libSystem.Security.Cryptography.Native.OpenSsl";

    private const string Remedy = "Remedy: install OpenSSL 3 or 1.1 (libssl3 of Debian and Ubuntu, openssl-libs of Red Hat, libopenssl3 of SUSE), "
        + "or use a build that has it linked in (packaging/publish.sh).";

    /// <summary>One of each part that the framework takes from libssl and from libcrypto behind it.</summary>
    private static readonly string[] s_neededSymbols =
    [
        "OPENSSL_init_ssl", "SSL_CTX_new", "SSL_read",
        "EVP_DigestInit_ex", "EVP_MD_CTX_new", "HMAC_Init_ex", "RAND_bytes", "X509_verify_cert",
    ];

    /// <summary>Null when it can be used, else the sentence for the user.</summary>
    public static string? WhyUnusable()
    {
        try
        {
            if (IsAvailable() == 0)
            {
                return "OpenSSL is missing: no libssl and libcrypto of this machine can be loaded, "
                    + "and log-ins, random numbers and TLS need them. " + Remedy;
            }

            // Linked in, there is nothing of the machine's.
            if (LoadedPath(LoadedLibraries.Paths()) is { } path && MissingSymbol(path) is { } symbol)
            {
                return $"OpenSSL is unusable: {path} has no {symbol}. " + Remedy;
            }

            return Initialise() == 0
                ? null
                : "OpenSSL cannot be initialised: its configuration file may be wrong "
                    + "(OPENSSL_CONF names it, else openssl.cnf of OpenSSL's own folder). "
                    + "Remedy: mend it, or set OPENSSL_CONF=/dev/null.";
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null; // a framework that goes another way
        }
    }

    /// <summary><c>3.0.22, linked in</c> or <c>3.0.22 of this machine (PATH)</c>; <c>none that can be used</c> where there is none.</summary>
    public static string Describe()
    {
        if (WhyUnusable() is not null)
        {
            return "none that can be used";
        }

        string version = VersionText(VersionNumber());
        return LoadedPath(LoadedLibraries.Paths()) is { } path ? $"{version} of this machine ({path})" : $"{version}, linked in";
    }

    /// <summary>OPENSSL_VERSION_NUMBER(3ssl): 0xMNN00PP0 from 3.0 on, before it 0xMNNFFPPS, where the patch is a letter.</summary>
    internal static string VersionText(long number)
    {
        long major = number >> 28;
        long minor = (number >> 20) & 0xff;
        long patch = (number >> 4) & 0xff;
        return major >= 3 ? $"{major}.{minor}.{patch}" : $"{major}.{minor}.{(number >> 12) & 0xff}{(patch == 0 ? "" : (char)('a' + patch - 1))}";
    }

    /// <summary>The libssl among the libraries that are loaded; null: there is none.</summary>
    internal static string? LoadedPath(IEnumerable<string> paths) =>
        paths.FirstOrDefault(static path => path.Contains("/libssl.so", StringComparison.Ordinal));

    private static string? MissingSymbol(string path)
    {
        // Of the library that is loaded already, with those that it depends on.
        bool isLoaded = NativeLibrary.TryLoad(path, out nint library);
        foreach (string symbol in s_neededSymbols)
        {
            if (!isLoaded || !NativeLibrary.TryGetExport(library, symbol, out _))
            {
                return symbol;
            }
        }

        return null;
    }

    [LibraryImport(Shim, EntryPoint = "CryptoNative_OpenSslAvailable")]
    private static partial int IsAvailable();

    [LibraryImport(Shim, EntryPoint = "CryptoNative_OpenSslVersionNumber")]
    private static partial long VersionNumber();

    [LibraryImport(Shim, EntryPoint = "CryptoNative_EnsureOpenSslInitialized")]
    private static partial int Initialise();
}
