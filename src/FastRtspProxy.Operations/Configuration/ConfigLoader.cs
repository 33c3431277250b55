using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration.Checks;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration;

/// <summary>
/// From a file and the arguments beside it to a configuration that fits together, or to everything that is wrong with it. Nothing is changed by it,
/// and nothing is kept: a load that fails leaves no trace.
/// </summary>
/// <param name="files">The files of this machine.</param>
/// <param name="environment">A variable, or null.</param>
/// <param name="isOwn">True for addresses of this machine.</param>
/// <param name="faultOf">
/// Why a certificate with its key cannot be shown to viewers; null: that is not looked at here. It is looked at where a place in the file helps: at
/// the start, and by a check. A program that runs has certificates already, and keeps those that it cannot replace.
/// </param>
internal sealed class ConfigLoader(
    IConfigFiles files,
    Func<string, string?> environment,
    Func<IPAddress, bool> isOwn,
    Func<CertificateFiles, CertificateException?>? faultOf = null)
{
    private static readonly YamlParser s_parser = new();

    /// <summary>With the environment and the addresses of this machine.</summary>
    public static ConfigLoader OfThisMachine(IConfigFiles files, Func<CertificateFiles, CertificateException?>? faultOf = null) =>
        new(files, Environment.GetEnvironmentVariable, OwnAddresses.Contains, faultOf);

    /// <summary>On the thread pool, as a program does that has sockets.</summary>
    public Task<LoadedConfig> LoadAsync(string file, ConfigArguments arguments) => Outbound.RunAsync(() => Task.FromResult(Load(file, arguments)));

    /// <summary>Reads the file; before there are sockets, or by <see cref="LoadAsync"/>.</summary>
    public LoadedConfig Load(string file, ConfigArguments arguments)
    {
        ConfigRemarks remarks = new();
        string shown = Printable.Line(file);
        FileContent content = files.Read(file, ConfigText.BytesMax);
        if (content.Error is not null)
        {
            remarks.Error(ConfigPlace.WholeFile, $"the configuration file {content.Error}");
            return new LoadedConfig(null, remarks.InOrder(), shown);
        }

        if (!ConfigText.TryDecode(content.Bytes, remarks, out string text))
        {
            return new LoadedConfig(null, remarks.InOrder(), shown);
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";
        ConfigReferences references = new(files, folder, environment);
        ConfigReading reading = new(remarks, references);
        ProxyConfig config = Read(s_parser.Parse(text, remarks), folder, arguments, reading);
        if (content.IsOpenToOthers && reading.PlainSecret is { } place)
        {
            remarks.Warn(place, $"here is a password, and every user of this machine may read the file: chmod o-r {shown}");
        }

        foreach (string open in references.FilesOpenToOthers)
        {
            remarks.Warn(
                ConfigPlace.WholeFile,
                $"the file \"{Printable.Line(open)}\" is used for a value, and every user of this machine may read it: chmod o-r "
                    + $"{Printable.Line(open)}");
        }

        return new LoadedConfig(remarks.HasErrors ? null : config, remarks.InOrder(), shown);
    }

    /// <summary>Arguments without a file.</summary>
    public LoadedConfig Load(ConfigArguments arguments)
    {
        ConfigRemarks remarks = new();
        ProxyConfig config = Read(new ConfigMap(ConfigPlace.WholeFile, []), "", arguments, new ConfigReading(remarks, references: null));
        return new LoadedConfig(remarks.HasErrors ? null : config, remarks.InOrder(), null);
    }

    /// <param name="root">Of the file; null when it is none, which has been said then.</param>
    /// <param name="folder">Of the file: relative paths in it begin there, those of the arguments where the program was started.</param>
    /// <param name="arguments">What wins over it.</param>
    /// <param name="reading">Takes what is wrong.</param>
    private ProxyConfig Read(ConfigMap? root, string folder, ConfigArguments arguments, ConfigReading reading)
    {
        if (root is null)
        {
            return new ProxyConfig();
        }

        ConfigShape<ProxyConfig> shape = RootKeys.Shape;
        ProxyConfig config = shape.Read(root, new ProxyConfig(), "", reading, static key => key.Name != RootKeys.StreamsKey);
        config = config with
        {
            Rtsps = config.Rtsps.Beside(folder),
            Cluster = config.Cluster.Beside(folder),
            Http = root.Find("http") is null ? config.Http : config.Http.Wanted(),
            StreamsDirectory = config.StreamsDirectory is { } own ? Path.Combine(folder, own) : null,
        };
        if (arguments.Settings is { } settings)
        {
            ConfigReading ofArguments = new(reading.Remarks, references: null);
            config = shape.Read(settings, config, "", ofArguments);
            reading.MetOptions(ofArguments);
        }

        config = arguments.Apply(config);
        ValueList<StreamConfig> given = [.. config.Streams.Select(static stream => stream with { Origin = ConfigOrigin.CommandLine })];
        config = shape.Read(root, config, "", reading, static key => key.Name == RootKeys.StreamsKey);
        shape.RefuseUnknown(root, "", reading);
        config = config with { Streams = root.Find(RootKeys.StreamsKey) is null ? given : [.. config.Streams, .. given] };

        // Whether the parts fit together is not known before each of them is right.
        ConfigChecks.Run(config, reading, isOwn, faultOf ?? (static _ => null));
        return config;
    }
}
