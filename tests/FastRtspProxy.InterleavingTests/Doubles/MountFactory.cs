using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>In the place of what makes a mount from its options.</summary>
internal sealed class MountFactory(ProxyOptions registered)
{
    public ProxyOptions Registered => registered;

    public Mount Create(string name, StreamRegistration registration) => registration.Url.Text.Length > 0 ? new Mount(name) : throw new ArgumentException(name);
}
