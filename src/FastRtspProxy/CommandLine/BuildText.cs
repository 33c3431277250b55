using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Startup;

namespace FastRtspProxy.CommandLine;

/// <summary>What <c>--version -v</c> prints: what decides which security updates this binary needs, and from whom.</summary>
internal static class BuildText
{
    /// <summary>Lines of <c>name: value</c> after that of <c>--version</c>.</summary>
    public static string Whole()
    {
        string code = RuntimeFeature.IsDynamicCodeSupported ? "of this machine" : "native code, linked in";
        return HelpText.Version()
            + $"runtime: {RuntimeInformation.FrameworkDescription}, {code}\n"
            + $"OpenSSL: {OpenSslLibrary.Describe()}\n"
            + $"platform: linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}\n";
    }
}
