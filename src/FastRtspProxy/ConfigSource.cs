using FastRtspProxy.CommandLine;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Reload;

namespace FastRtspProxy;

/// <summary>The file of <c>--config</c> and the arguments beside it, read as often as it is asked for. One reading at a time.</summary>
internal sealed class ConfigSource(ConfigRequest request)
{
    /// <summary>The files of the last reading, each as it was just before.</summary>
    public IReadOnlyList<FileStamp> Stamps { get; private set; } = [];

    /// <summary>Before there are sockets.</summary>
    public LoadedConfig Load()
    {
        StampedFiles files = new(DiskFiles.Instance);
        ConfigLoader loader = ConfigLoader.OfThisMachine(files, static pair => ServerCertificates.FaultOf(pair, DateTimeOffset.UtcNow));
        LoadedConfig loaded = loader.Load(request.File, request.Arguments);
        Stamps = files.Stamps;
        return loaded;
    }

    /// <summary>While the program runs.</summary>
    public async Task<LoadedConfig> LoadAsync()
    {
        StampedFiles files = new(DiskFiles.Instance);
        LoadedConfig loaded = await ConfigLoader.OfThisMachine(files).LoadAsync(request.File, request.Arguments);
        Stamps = files.Stamps;
        return loaded;
    }
}
