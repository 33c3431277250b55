using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// Listening sockets that the service manager holds for us (sd_listen_fds(3)): clients that come while the program is started again wait in them, and
/// are refused by nobody. They are found by their addresses, which are those of the configuration: a name that the manager gives one is shown, and
/// decides nothing, because who may come to an address is judged by the configuration. Any thread.
/// </summary>
internal sealed class HeldSockets : IDisposable
{
    private const int FirstDescriptor = 3;
    private const string ProcessVariable = "LISTEN_PID";
    private const string CountVariable = "LISTEN_FDS";
    private const string NamesVariable = "LISTEN_FDNAMES";

    private readonly Lock _lock = new();

    /// <summary>Under the lock; empty in most programs.</summary>
    private readonly List<HeldSocket> _held;

    private HeldSockets(List<HeldSocket> held)
    {
        _held = held;
    }

    /// <summary>None.</summary>
    public static HeldSockets None { get; } = new([]);

    /// <summary>Those that the environment tells of, which is taken out of it: programs that we start have none of them.</summary>
    public static HeldSockets OfEnvironment()
    {
        int count = CountOf(
            Environment.GetEnvironmentVariable(CountVariable), Environment.GetEnvironmentVariable(ProcessVariable), Environment.ProcessId);
        string[] names = (Environment.GetEnvironmentVariable(NamesVariable) ?? "").Split(':');
        foreach (string name in (string[])[ProcessVariable, CountVariable, NamesVariable])
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        return count == 0 ? None : Of([.. Enumerable.Range(FirstDescriptor, count)], names);
    }

    /// <summary>Descriptors that are ours from now on.</summary>
    public static HeldSockets Of(IReadOnlyList<int> descriptors, IReadOnlyList<string> names) =>
        new([.. descriptors.Select((fd, i) => HeldSocket.Of(fd, i < names.Count ? names[i] : ""))]);

    /// <summary>How many there are; 0: none, or they are another process's.</summary>
    /// <param name="count">LISTEN_FDS.</param>
    /// <param name="process">LISTEN_PID.</param>
    /// <param name="own">Our own.</param>
    public static int CountOf(string? count, string? process, int own) =>
        process == own.ToString(CultureInfo.InvariantCulture)
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int held) && held is > 0 and < 1024
            ? held
            : 0;

    /// <summary>True where one is held for that port, at that address (null: at every address of some family).</summary>
    public bool Has(IPAddress? address, int port)
    {
        lock (_lock)
        {
            return address is null
                ? _held.Exists(held => held.Is(IPAddress.Any, port) || held.Is(IPAddress.IPv6Any, port))
                : _held.Exists(held => held.Is(address, port));
        }
    }

    /// <summary>
    /// A socket that listens at that address, which stays open, so that it can be taken again; who no longer listens by it says so
    /// (<see cref="GiveBack"/>). Null: none is held there.
    /// </summary>
    /// <param name="address">Any, IPv6Any, or one of the machine's.</param>
    /// <param name="port">The port.</param>
    /// <param name="takesBoth">That of every IPv6 address takes IPv4 clients, too.</param>
    public HeldSocket? TryTake(IPAddress address, int port, out bool takesBoth)
    {
        lock (_lock)
        {
            HeldSocket? found = _held.Find(held => held.Is(address, port));
            takesBoth = found is { TakesBoth: true };
            if (found is not null)
            {
                found.Takers++;
                found.IsTold = false;
            }

            return found;
        }
    }

    /// <summary>Whoever took one there listens by it no longer.</summary>
    public void GiveBack(IPAddress address, int port)
    {
        lock (_lock)
        {
            if (_held.Find(held => held.Is(address, port)) is { Takers: > 0 } found)
            {
                found.Takers--;
            }
        }
    }

    /// <summary>
    /// Those that nobody listens by, each told once until it is taken again. They stay: the service manager holds them in any case, and a reload may
    /// have a use for them. What is no listening TCP socket is closed.
    /// </summary>
    public IReadOnlyList<string> TellUnused()
    {
        lock (_lock)
        {
            HeldSocket[] unused = [.. _held.Where(static held => held.Takers == 0 && !held.IsTold)];
            foreach (HeldSocket held in unused)
            {
                held.IsTold = true;
                if (!held.Listens)
                {
                    held.Dispose();
                    _held.Remove(held);
                }
            }

            return [.. unused.Select(static held => held.ToString())];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _held.ForEach(static held => held.Dispose());
            _held.Clear();
        }
    }
}
