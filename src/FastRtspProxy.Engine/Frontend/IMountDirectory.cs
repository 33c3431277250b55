namespace FastRtspProxy.Engine.Frontend;

/// <summary>What the front-end can serve: the mounts by path. Any thread.</summary>
internal interface IMountDirectory
{
    /// <summary>The mount with that path, without a leading slash and without a query, or null. Case-sensitive.</summary>
    IMount? Find(string path);

    /// <summary>
    /// The mount with that path, made for whoever asks if there is none and a wildcard stream stands for it. For requests that are let in only: what
    /// it makes opens a camera.
    /// </summary>
    /// <param name="path">As for <see cref="Find"/>.</param>
    /// <param name="isFull">The wildcard stream has as many as it may have, and null is given for that.</param>
    IMount? FindOrMake(string path, out bool isFull)
    {
        isFull = false;
        return Find(path);
    }

    /// <summary>True for a path that has no mount and would have one if it were asked for. Makes nothing.</summary>
    bool StandsFor(string path) => false;
}
