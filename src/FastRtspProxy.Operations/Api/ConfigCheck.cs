using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Api;

/// <summary>
/// A text that somebody sends, judged as though it stood in the configuration file. What it refers to is not looked at: whoever may ask this must not
/// learn from it which files this machine has, nor what is in them.
/// </summary>
internal static class ConfigCheck
{
    /// <summary>As remarks name the text.</summary>
    private const string Name = "body";

    /// <summary>In place of what a reference stands for.</summary>
    private const string StandIn = "x";

    public static LoadedConfig Run(byte[] text, ConfigArguments arguments) =>
        new ConfigLoader(new SentText(text), static _ => StandIn, OwnAddresses.Contains).Load(Name, arguments);

    private sealed class SentText(byte[] text) : IConfigFiles
    {
        public FileContent Read(string path, int bytesMax) => new(path == Name ? text : "x"u8.ToArray(), false, null);
    }
}
