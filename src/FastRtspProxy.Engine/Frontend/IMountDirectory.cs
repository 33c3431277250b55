namespace FastRtspProxy.Engine.Frontend;

/// <summary>What the front-end can serve: the mounts by path. Any thread.</summary>
internal interface IMountDirectory
{
    /// <summary>The mount with that path, without a leading slash and without a query, or null. Case-sensitive.</summary>
    IMount? Find(string path);
}
