using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Tests.Net.Tls;

/// <summary>Threads of handshakes, one in all, which has other work until it is released.</summary>
internal sealed class BusyThreads : IDisposable
{
    private readonly ManualResetEventSlim _begun = new();
    private readonly ManualResetEventSlim _release = new();

    public BusyThreads()
    {
        Threads.Post(AddressGroup.Of(IPAddress.Loopback), () =>
        {
            _begun.Set();
            _release.Wait();
        });
        _begun.Wait();
    }

    public HandshakeThreads Threads { get; } = new(1);

    public void Release() => _release.Set();

    public void Dispose() => Release();
}
