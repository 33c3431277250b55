using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>A stream of the fake engine: what its camera was asked with, what it is served with, and how often each was changed.</summary>
internal sealed class FakeStream(string camera, string settings)
{
    public string Camera { get; set; } = camera;

    public string Settings { get; set; } = settings;

    /// <summary>Camera sessions so far.</summary>
    public int Sessions { get; set; } = 1;

    public int Touched { get; set; }

    public static string CameraOf(StreamConfig stream, ProxyConfig config)
    {
        StreamOptions options = EngineOptions.StreamOf(stream, config);
        return $"{options with { Settings = null, MaxInstances = 0 }} {options.Credentials?.Password}";
    }
}
