using FastRtspProxy.CommandLine;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Operations.Streams;

namespace FastRtspProxy;

/// <summary>The file of <c>--config</c> and the arguments beside it, read as often as it is asked for. One reading at a time.</summary>
internal sealed class ConfigSource(ConfigRequest request)
{
    /// <summary>The streams that requests made: read behind the file.</summary>
    public StreamStore Streams { get; } = new(OwnAddresses.Contains);

    /// <summary>As it was named.</summary>
    public string File => request.File;

    /// <summary>What stands beside it.</summary>
    public ConfigArguments Arguments => request.Arguments;

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

    /// <summary>As <see cref="Load"/>, with the streams that requests made, for a program that is to run.</summary>
    public LoadedConfig Begin() => Streams.Begin(Load());

    /// <summary>While the program runs.</summary>
    public Task<LoadedConfig> LoadAsync() => Streams.ReadAsync(LoadWrittenAsync);

    private async Task<LoadedConfig> LoadWrittenAsync()
    {
        StampedFiles files = new(DiskFiles.Instance);
        LoadedConfig loaded = await ConfigLoader.OfThisMachine(files).LoadAsync(request.File, request.Arguments);
        Stamps = files.Stamps;
        return loaded;
    }
}
