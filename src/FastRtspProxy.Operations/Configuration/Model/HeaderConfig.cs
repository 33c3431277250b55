namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>A header of a request.</summary>
internal sealed record HeaderConfig(string Name, Secret Value);
