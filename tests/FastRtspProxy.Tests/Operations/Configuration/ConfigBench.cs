using System.Net;
using System.Text;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>A machine with the files and variables that a test gives it; its own address is 192.0.2.1.</summary>
internal sealed class ConfigBench : IConfigFiles
{
    public const string File = "/etc/frp/config.yaml";

    public Dictionary<string, FileContent> Files { get; } = [];

    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>What is wrong with a certificate; nothing, unless a test says so.</summary>
    public Func<CertificateFiles, CertificateException?> FaultOf { get; set; } = static _ => null;

    public static ProxyConfig Good(string text)
    {
        LoadedConfig loaded = new ConfigBench().Load(text);
        Assert.True(loaded.Config is not null, string.Join('\n', loaded.Lines));
        return loaded.Config;
    }

    public ConfigBench With(string path, string text, bool isOpen = false)
    {
        Files[path] = new FileContent(Encoding.UTF8.GetBytes(text), isOpen, null);
        return this;
    }

    public LoadedConfig Load(string text, ConfigArguments? arguments = null, bool isOpen = false) =>
        Load(Encoding.UTF8.GetBytes(text), arguments, isOpen);

    public LoadedConfig Load(byte[] bytes, ConfigArguments? arguments = null, bool isOpen = false)
    {
        Files[File] = new FileContent(bytes, isOpen, null);
        return LoadFile(File, arguments);
    }

    public LoadedConfig LoadFile(string path, ConfigArguments? arguments) => Loader().Load(path, arguments ?? ConfigArguments.None);

    public FileContent Read(string path, int bytesMax) => Files.GetValueOrDefault(path) is { } content
        ? content with { Bytes = content.Bytes[..Math.Min(content.Bytes.Length, bytesMax + 1)] }
        : new FileContent([], false, "does not exist");

    private ConfigLoader Loader() =>
        new(this, name => Environment.GetValueOrDefault(name), static address => address.Equals(IPAddress.Parse("192.0.2.1")), FaultOf);
}
