using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// Tells the service manager how we are (sd_notify(3)): a datagram to the socket that it names in the environment. Where nobody asked, or the socket
/// is gone, nothing is said. Any thread; a datagram that finds no room is left out.
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    private const string SocketVariable = "NOTIFY_SOCKET";
    private const string WatchdogVariable = "WATCHDOG_USEC";
    private const string WatchdogProcessVariable = "WATCHDOG_PID";

    private readonly Socket? _socket;

    /// <summary>An end of this process is what the manager waits for: nothing is said behind the socket's end.</summary>
    private volatile bool _isOver;

    private ServiceManager(Socket? socket, TimeSpan? watchdog)
    {
        _socket = socket;
        Watchdog = watchdog;
    }

    /// <summary>A manager that hears nothing for so long takes us for dead; null: it does not watch.</summary>
    public TimeSpan? Watchdog { get; }

    /// <summary>True where somebody listens.</summary>
    public bool IsThere => _socket is not null;

    /// <summary>The one of the environment, which is taken out of it: programs that we start are none of its business.</summary>
    public static ServiceManager OfEnvironment()
    {
        string? path = Environment.GetEnvironmentVariable(SocketVariable);
        TimeSpan? watchdog = WatchdogOf(
            Environment.GetEnvironmentVariable(WatchdogVariable), Environment.GetEnvironmentVariable(WatchdogProcessVariable), Environment.ProcessId);
        foreach (string name in (string[])[SocketVariable, WatchdogVariable, WatchdogProcessVariable])
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        return new ServiceManager(path is { Length: > 1 } ? Open(path) : null, watchdog);
    }

    /// <summary>One that listens at a path, or at a name that begins with an @.</summary>
    public static ServiceManager At(string path, TimeSpan? watchdog) => new(Open(path), watchdog);

    /// <summary>What the manager asks for; null: nothing, or of another process.</summary>
    /// <param name="microseconds">WATCHDOG_USEC.</param>
    /// <param name="process">WATCHDOG_PID; null: whoever reads it.</param>
    /// <param name="own">Our own.</param>
    public static TimeSpan? WatchdogOf(string? microseconds, string? process, int own) =>
        long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) && limit > 0
            && (process is null || process == own.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(limit)
            : null;

    /// <summary>Everything listens; what is said is seen in the service's status.</summary>
    public void Ready(string status) => Say($"READY=1\nSTATUS={status}\n");

    /// <summary>A line for the service's status.</summary>
    public void Status(string status) => Say($"STATUS={status}\n");

    /// <summary>The configuration is being read again; <see cref="Ready"/> says that it was.</summary>
    public void Reloading() => Say(
        string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}\n"));

    /// <summary>The end has begun.</summary>
    public void Stopping() => Say("STOPPING=1\n");

    /// <summary>We live: within <see cref="Watchdog"/> of the last time.</summary>
    public void Alive() => Say("WATCHDOG=1\n");

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        _socket?.Dispose();
    }

    private static Socket? Open(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path)); // of datagrams: it never waits
            return socket;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            return null;
        }
    }

    private void Say(string text)
    {
        if (_socket is null || _isOver)
        {
            return;
        }

        try
        {
            _socket.Send(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Its queue is full, or it has gone: it hears the next one, or nothing any more.
        }
    }
}
