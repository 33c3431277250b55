using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Engine.Net;

/// <summary>
/// Looks names up on threads of its own: the system's resolver blocks its thread for as long as it likes (half a minute when the name server is silent), and no thread pool is large enough for that. As many
/// names at once as there are threads; the others wait in their order, up to a limit; two that ask for one name share its answer. Any thread.
/// </summary>
/// <param name="threadsMax">Names that are looked up at once.</param>
/// <param name="waitingMax">Names that may wait for a thread.</param>
/// <param name="resolve">The resolver, which may block.</param>
internal sealed class NameLookup(int threadsMax, int waitingMax, Func<string, IPAddress[]> resolve)
{
    /// <summary>getaddrinfo(3) needs little; the default is 8 MiB of address space.</summary>
    private const int StackBytes = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, TaskCompletionSource<IPAddress[]>> _underWay = new(StringComparer.OrdinalIgnoreCase);
    private readonly Queue<string> _waiting = new();
    private int _threads;

    /// <summary>For cameras: one slow name does not hold up another's. More than that many silent names at once wait for each other.</summary>
    public static NameLookup Cameras { get; } = new(64, int.MaxValue, static host => Dns.GetHostAddresses(host));

    /// <summary>For REGISTER: strangers' names, a few at a time, and never in a camera's way.</summary>
    public static NameLookup Registrants { get; } = new(4, 32, static host => Dns.GetHostAddresses(host));

    /// <summary>Names that are being looked up, or wait for it.</summary>
    public int Pending
    {
        get
        {
            lock (_lock)
            {
                return _underWay.Count;
            }
        }
    }

    /// <summary>The addresses of a name; a literal needs no look-up. Null: too many names wait. The task fails as the resolver does, and ends only when that does.</summary>
    public Task<IPAddress[]>? TryResolve(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            return Task.FromResult<IPAddress[]>([literal]);
        }

        lock (_lock)
        {
            if (_underWay.TryGetValue(host, out TaskCompletionSource<IPAddress[]>? known))
            {
                return known.Task;
            }

            if (_underWay.Count >= (long)threadsMax + waitingMax)
            {
                return null;
            }

            TaskCompletionSource<IPAddress[]> asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _underWay.Add(host, asked);
            _waiting.Enqueue(host);
            if (_threads < threadsMax)
            {
                _threads++;
                new Thread(Work, StackBytes) { IsBackground = true, Name = "names" }.Start();
            }

            return asked.Task;
        }
    }

    private void Work()
    {
        while (true)
        {
            string? host;
            lock (_lock)
            {
                if (!_waiting.TryDequeue(out host))
                {
                    _threads--;
                    return;
                }
            }

            IPAddress[]? addresses = null;
            Exception? failure = null;
            try
            {
                addresses = resolve(host);
            }
            catch (Exception e) when (e is SocketException or ArgumentException)
            {
                failure = e;
            }

            TaskCompletionSource<IPAddress[]>? asked;
            lock (_lock)
            {
                _ = _underWay.Remove(host, out asked);
            }

            _ = addresses is not null ? asked!.TrySetResult(addresses) : asked!.TrySetException(failure!);
            _ = asked!.Task.Exception; // nobody may be left who waits
        }
    }
}
