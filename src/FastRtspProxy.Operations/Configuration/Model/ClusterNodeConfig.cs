namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>One box of a list.</summary>
/// <param name="Name">Its <see cref="ClusterConfig.Node"/>.</param>
/// <param name="Url">Its <see cref="ClusterConfig.Advertise"/>.</param>
internal sealed record ClusterNodeConfig(string Name, string Url);
